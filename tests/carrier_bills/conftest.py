"""A closed month of a generated business, and the bills of its carriers, made by the sandbox from its labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from billed_month import Billed
from command_line import Answer, CommandLine
from homes import copy_of, founded_home, settings_of
from once import made_once
from sandboxes import quiet_sandbox

from ingest.pipeline import Warehouse
from ingest.sources.carrier_bills.bill_source import import_bill
from sandbox import Book, BusinessPlan, generate_business
from sandbox.carrier_bills import carrier_bills, last_billed_month, write_bills
from workflows.closes.freezing import freeze_month
from workflows.cycle.engine import Engine

BEFORE_THE_OPENING = "2025-09-18"
_FACTS = "facts.json"


@pytest.fixture(scope="session")
def billed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Billed]:
    """Made once in a run; its home is read and never written."""
    folder = made_once(tmp_path_factory, "billed-home", lambda made: _bill(tmp_path_factory, made))
    facts = orjson.loads((folder / _FACTS).read_bytes())
    with quiet_sandbox() as nobody:
        yield Billed(
            folder / "home",
            nobody.url,
            date.fromisoformat(facts["month"]),
            {
                carrier: {kind: {int(label): cents for label, cents in ids.items()} for kind, ids in kinds.items()}
                for carrier, kinds in facts["planted"].items()
            },
            {int(label): cents for label, cents in facts["costs"].items()},
            facts["frozen"],
            sorted((folder / "bills").glob("*.csv")),
            facts["answer"],
        )


@pytest.fixture
def billed_again(billed: Billed, tmp_path: Path) -> Billed:
    """A copy that a test may write."""
    return replace(billed, home=copy_of(billed.home, tmp_path / "home"))


def _bill(factory: pytest.TempPathFactory, folder: Path) -> None:
    book = generate_business(BusinessPlan(seed=3, weeks=14, orders_per_day=12))
    first, last = last_billed_month(datetime.now(UTC).date())
    _void_some(book, first, last)
    home = founded_home(factory, folder / "home")
    with quiet_sandbox(book) as box:
        line = CommandLine(home, box.url)
        _succeed(line.run("backfill", "--since", BEFORE_THE_OPENING))
        frozen = freeze_month(settings_of(home), first, "tester", "close")
        Engine(settings_of(home)).load_operations()
        bills = carrier_bills(book, first, last, each=2)
        *others, ups = sorted(write_bills(bills, folder / "bills"))
        for path in others:
            import_bill(path, Warehouse(home / "warehouse.duckdb", home / "scratch"))
        answer = _succeed(line.run("import-carrier-bill", str(ups), "--carrier", "ups"))
    labels = [orjson.loads(record.payload) for record in book.newest("shipments")]
    facts = {
        "month": f"{first}",
        "planted": bills.planted,
        "costs": {one["shipmentId"]: 0 if one["voided"] else round(one["shipmentCost"] * 100) for one in labels},
        "frozen": frozen.content_hash,
        "answer": answer.facts,
    }
    (folder / _FACTS).write_bytes(orjson.dumps(facts, option=orjson.OPT_NON_STR_KEYS))


def _void_some(book: Book, first: date, last: date) -> None:
    """Void six labels of each carrier: generated ones are rarely void."""
    labels = [orjson.loads(record.payload) for record in book.newest("shipments")]
    for carrier in ("ups", "fedex", "stamps_com"):
        own = [
            one["shipmentId"]
            for one in labels
            if one["carrierCode"] == carrier and f"{first}" < one["shipDate"] < f"{last}" and not one["voided"]
        ]
        for shipment_id in own[-6:]:
            book.void_shipment(shipment_id, datetime.now(UTC) - timedelta(days=1))


def _succeed(answer: Answer) -> Answer:
    assert answer.code == 0, answer.errors
    return answer
