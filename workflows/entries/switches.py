"""The switches of the schedule: who turned what on or off, append-only, in `operations.sqlite`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.errors import UsageError

# What runs by itself, and what that is for.
SWITCHES = {
    "sync": "read ShipStation, every 5 minutes unless SHIPLEDGER_SYNC_MINUTES says otherwise",
    "import-xcart": "read the shop's file (SHIPLEDGER_XCART_PATH), every 5 minutes (SHIPLEDGER_IMPORT_MINUTES)",
    "upload": "send the shop's orders that wait, every 5 minutes (SHIPLEDGER_UPLOAD_MINUTES), if "
    "SHIPLEDGER_ALLOW_UPLOAD is 1",
    "reconcile": "compare the last days with ShipStation and repair, daily",
    "parity": "compare with the former system (SHIPLEDGER_LEGACY_URL), every 2 hours (SHIPLEDGER_PARITY_MINUTES), "
    "until the cutover",
    "health": "checks of what is published and of what runs, daily",
    "retention": "remove personal data of orders closed long ago, daily",
    "backup": "write a backup and read it back, daily",
    "cleanup": "remove old logs, scratch files and runs, daily",
    "digest": "one mail a day with new alerts",
    "watch": "notice alerts, mail critical ones, and send mail that waits, every 5 minutes",
}


@dataclass(frozen=True)
class Switch:
    """One switch.

    Attributes:
        name: Which.
        purpose: What runs by itself while it is on.
        is_on: On until somebody turns it off.
        actor: Who turned it last; None when nobody has.
        turned_at: When, UTC.
    """

    name: str
    purpose: str
    is_on: bool = True
    actor: str | None = None
    turned_at: datetime | None = None


def read_switches(store: Path) -> list[Switch]:
    """All switches as they stand.

    Args:
        store: The operations store; it need not exist yet.
    """
    turned: dict[str, Switch] = {}
    with read_operations_database(store) as connection:
        for name, is_on, actor, at in connection.execute(
            "select name, is_on, actor, turned_at from switch_turns"
            " where seq in (select max(seq) from switch_turns group by name)"
        ):
            turned[name] = Switch(
                name, SWITCHES.get(name, ""), bool(is_on), actor, datetime.fromisoformat(at).astimezone(UTC)
            )
    return [turned.get(name, Switch(name, purpose)) for name, purpose in SWITCHES.items()]


def turn_switch(store: Path, name: str, on: bool, actor: str) -> Switch:
    """Turn a switch on or off.

    Args:
        store: The operations store; made when missing.
        name: One of `SWITCHES`.
        on: The position wanted.
        actor: Who turns it.

    Raises:
        UsageError: There is no such switch.
    """
    if name not in SWITCHES:
        raise UsageError(f"There is no switch '{name}'. There are: {', '.join(SWITCHES)}.")
    now = datetime.now(UTC)
    with open_operations_database(store) as connection:
        connection.execute(
            "insert into switch_turns (name, is_on, actor, turned_at) values (?, ?, ?, ?)",
            (name, int(on), actor, now.isoformat()),
        )
    return Switch(name, SWITCHES[name], on, actor, now)
