from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine
from gates import open_gates
from homes import copy_of, founded_home, settings_of
from inbox import Inbox, free_port, serving
from once import made_once

from sandbox import Book, BusinessPlan, Sandbox, SandboxSettings, generate_business
from workflows.config.settings import Settings

WEEKS = 6


@pytest.fixture(scope="session")
def end_of_business(tmp_path_factory: pytest.TempPathFactory) -> datetime:
    """One instant for the whole run: two businesses that end minutes apart on a working day are not the same."""

    def note(folder: Path) -> None:
        (folder / "end").write_text(datetime.now(UTC).isoformat())

    return datetime.fromisoformat((made_once(tmp_path_factory, "business", note) / "end").read_text())


@pytest.fixture(scope="session")
def business(end_of_business: datetime) -> Iterator[Sandbox]:
    """A small generated business that does not trade by itself; tests that edit it make their own."""
    with _sandbox_with_business(end_of_business) as running:
        yield running


@pytest.fixture
def own_business(end_of_business: datetime) -> Iterator[Sandbox]:
    """The same for a test that edits it, or injects faults."""
    with _sandbox_with_business(end_of_business) as running:
        yield running
        open_gates()


def _sandbox_with_business(end: datetime) -> Sandbox:
    book = generate_business(BusinessPlan(end=end, weeks=WEEKS, orders_per_day=12))
    _ship_an_unknown_sku(book)
    return Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0), book)


def _ship_an_unknown_sku(book: Book) -> None:
    """Rename what one label has. A generated business of six weeks has such a one on most days, not on all."""
    label = next(
        row
        for record in book.newest("shipments")
        for row in [record.row()]
        if row["shipmentItems"] and not row["voided"]
    )
    order = book.order(label["orderId"])
    for item in (*label["shipmentItems"], *order["items"]):
        item["sku"] = "99999 - 250300"
    book.put_shipment(label)
    book.put_order(order)


@pytest.fixture(scope="session")
def built_home(business: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all of the business loaded, built and published; copied by the tests, never written."""

    def build(folder: Path) -> None:
        home = founded_home(tmp_path_factory, folder / "home")
        since = (datetime.now(UTC) - timedelta(weeks=WEEKS + 1)).date().isoformat()
        answer = CommandLine(home, business.url).run("backfill", "--since", since)
        assert (answer.code, answer.facts["replayed"]) == (0, True), answer.errors

    return made_once(tmp_path_factory, "built-home", build) / "home"


@pytest.fixture
def filled(built_home: Path, business: Sandbox, tmp_path: Path) -> CommandLine:
    """The command line on a copy of the built home, with the shared business."""
    return CommandLine(copy_of(built_home, tmp_path / "home"), business.url)


@pytest.fixture
def filled_own(built_home: Path, own_business: Sandbox, tmp_path: Path) -> CommandLine:
    """The command line on a copy of the built home, with a business of its own (the same rows)."""
    return CommandLine(copy_of(built_home, tmp_path / "home"), own_business.url)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailing(tmp_path: Path, inbox: Inbox) -> Iterator[Settings]:
    """An empty home without credentials, which fails a check, whose mail goes to a real server."""
    port = free_port()
    (tmp_path / "home").mkdir()
    with serving(inbox, port):
        yield settings_of(
            tmp_path / "home",
            SHIPLEDGER_SMTP_URL=f"smtp://127.0.0.1:{port}",
            SHIPLEDGER_MAIL_FROM="ledger@example.com",
            SHIPLEDGER_MAIL_TO="owner@example.com",
        )
