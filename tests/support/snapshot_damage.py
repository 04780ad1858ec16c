"""What is wrong with a published snapshot, for programs that try kills, full disks and wrong clocks."""

from __future__ import annotations

import duckdb

from sandbox import Sandbox
from tests.support.command_line import CommandLine


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
