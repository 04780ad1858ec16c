"""The switches of the scheduled jobs: who turned what on or off, append-only, in `operations.sqlite`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)
from workflows.errors import UsageError

# The scheduled jobs, and what each is for.
SWITCHES = {
    "sync": "read ShipStation, every 5 minutes or as configured",
    "import-xcart": "read the shop's file, every 5 minutes or as configured",
    "upload": "send the shop's waiting orders, every 5 minutes or as configured, if the configuration allows it",
    "reconcile": "compare the last days with ShipStation and repair, daily",
    "parity": "compare with the former system, every 2 hours or as configured, until the cutover",
    "health": "check the published data and the services, daily",
    "retention": "remove personal data of orders closed long ago, daily",
    "backup": "write a backup and read it back, daily",
    "cleanup": "remove old logs, scratch files, runs and drafts, daily",
    "digest": "send one mail a day with new alerts",
    "watch": "check runs, data and stock, mail critical alerts, and send queued mail, every 5 minutes",
}


@dataclass(frozen=True)
class Switch:
    """One switch.

    Attributes:
        name: Which.
        purpose: What the job does while it is on.
        is_on: On until somebody turns it off.
        actor: Who turned it last; None when nobody has.
        turned_at: When, UTC.
    """

    name: str
    purpose: str
    is_on: bool = True
    actor: str | None = None
    turned_at: datetime | None = None


def read_switches(database: Path) -> list[Switch]:
    """Return all switches.

    Args:
        database: The operations database; it need not exist yet.
    """
    turned: dict[str, Switch] = {}
    with read_operations_database(database) as connection:
        for name, is_on, actor, at in connection.execute(
            "select name, is_on, actor, turned_at from switch_turns"
            " where seq in (select max(seq) from switch_turns group by name)"
        ):
            turned[name] = Switch(name, SWITCHES.get(name, ""), bool(is_on), actor, read_instant(at))
    return [turned.get(name, Switch(name, purpose)) for name, purpose in SWITCHES.items()]


def turn_switch(database: Path, name: str, on: bool, actor: str) -> Switch:
    """Turn a switch on or off. One that is so already stays as it was turned: a press may come twice.

    Args:
        database: The operations database; made when missing.
        name: One of `SWITCHES`.
        on: Whether to turn it on.
        actor: Who turns it.

    Raises:
        UsageError: There is no such switch.
    """
    if name not in SWITCHES:
        raise UsageError(f"There is no switch '{name}'. There are: {', '.join(SWITCHES)}.")
    now = datetime.now(UTC)
    with open_operations_database(database) as connection:
        last = connection.execute(
            "select is_on, actor, turned_at from switch_turns where name = ? order by seq desc limit 1", [name]
        ).fetchone()
        if last is not None and bool(last[0]) is on:
            return Switch(name, SWITCHES[name], on, last[1], read_instant(last[2]))
        append_row(connection, "switch_turns", name=name, is_on=on, actor=actor, turned_at=now)
    return Switch(name, SWITCHES[name], on, actor, now)
