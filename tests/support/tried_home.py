"""A built home whose copies programs try full disks and wrong clocks on, and what is wrong with it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from sandbox import BusinessPlan, Sandbox, generate_business
from tests.support.command_line import CommandLine
from tests.support.sandboxes import quiet_sandbox


@contextmanager
def built_home(folder: Path) -> Iterator[tuple[CommandLine, Sandbox]]:
    """A home with a week's orders, built and synced once, and its sandbox."""
    now = datetime.now(UTC)
    with quiet_sandbox(generate_business(BusinessPlan(end=now, weeks=1, orders_per_day=3))) as box:
        built = CommandLine(folder / "built", box.url)
        assert built.run("backfill", "--since", (now - timedelta(weeks=2)).date().isoformat()).code == 0
        # The first build of changed rows is recorded; those of the copies replay it in seconds.
        order_more(box)
        assert built.run("sync").code == 0
        yield built, box


def order_more(box: Sandbox) -> None:
    """Trade a little, so that the next sync has something to publish."""
    box.book.trade(2, datetime.now(UTC))


def damage_of(line: CommandLine, box: Sandbox | None) -> list[str]:
    """What is wrong with the published snapshot; with a sandbox, also what is missing in it."""
    try:
        published = [key for (key,) in line.published("select shipstation_order_id from marts.orders_inbox")]
    except (OSError, duckdb.Error) as problem:
        return [f"the snapshot is unreadable: {problem}"]
    problems = []
    if len(set(published)) < len(published):
        problems.append(f"{len(published) - len(set(published))} duplicated")
    if box is not None:
        lost = {record.id for record in box.book.table("orders")} - set(published)
        if lost:
            problems.append(f"{len(lost)} lost")
    return problems
