"""Which conditions need a person, by the rules of the business. Pure: `conditions` says how things stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from workflows.config.wall_clock import clock

Level = Literal["critical", "warning"]

SLOW_SYNC_SECONDS = 60
NO_READ_FOR = timedelta(hours=2)
STALE_SNAPSHOT = timedelta(hours=2)
MANY_GHOSTS = 10
# Monday to Friday, in the business's time zone: orders come and go then, and somebody can look.
OPENS, CLOSES = time(8), time(17)
_SATURDAY = 5


@dataclass(frozen=True)
class Alarm:
    """A condition that needs a person for as long as it lasts.

    Attributes:
        key: The condition, the same for as long as it lasts: `ghosts`, `stock 17612`.
        title: What it is, in a few words.
        detail: More about it, or what to do.
        since: When it was first seen, UTC; None when that is now.
    """

    key: str
    level: Level
    title: str
    detail: str
    since: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How things stand. Instants are UTC.

    Attributes:
        now: The present.
        zone: The business's time zone.
        has_credentials: Whether ShipStation's key and secret are configured.
        failures: Kind and error of those jobs whose last run failed.
        failed_tests: The models and tests that failed in the last build.
        sync_seconds: What the last sync took.
        read_at: When the last read of ShipStation that was loaded began; None before the first one.
        watermark: The newest change in ShipStation that is known. It rests while the shop does.
        snapshot_at: The instant the published snapshot describes; None before the first one.
        ghosts: Orders without lines: open ones, also those confirmed as work in progress, and shipped ones.
        stock: Rows of `inventory_current` that are critical or low.
        overdrawn: Rows of `lot_inventory` below zero.
        unhealthy: Names of the health checks that failed last.
        open_units: SKUs of which open orders hold other units here than there, for more than one cycle.
        lost_mail: Subjects of mails that were given up.
        is_cutover_unfinished: Whether a cutover or its rollback was begun and not finished.
        disparities: Differences from the former system that the last comparison could not explain.
    """

    now: datetime
    zone: ZoneInfo
    has_credentials: bool
    failures: Sequence[tuple[str, str]] = ()
    failed_tests: Sequence[str] = ()
    sync_seconds: float | None = None
    read_at: datetime | None = None
    watermark: datetime | None = None
    snapshot_at: datetime | None = None
    ghosts: int = 0
    stock: Sequence[Mapping[str, Any]] = field(default_factory=list)
    overdrawn: Sequence[Mapping[str, Any]] = field(default_factory=list)
    unhealthy: Sequence[str] = ()
    open_units: Sequence[str] = ()
    lost_mail: Sequence[str] = ()
    is_cutover_unfinished: bool = False
    disparities: int = 0


def find_alarms(standing: Standing) -> list[Alarm]:
    """All conditions that need a person, the worst first."""
    found = [*_of_the_runs(standing), *_of_the_data(standing), *_of_the_stock(standing)]
    return sorted(found, key=lambda alarm: alarm.level != "critical")


def headline(alarms: Sequence[Alarm]) -> str:
    """One line on alarms: the title of the first, and how many more there are."""
    more = f" and {len(alarms) - 1} more" if len(alarms) > 1 else ""
    return f"{alarms[0].title}{more}"


def working_time_since(instant: datetime, now: datetime, zone: ZoneInfo) -> timedelta:
    """How much of the time from an instant until now lies in business hours."""
    local, end, total = instant.astimezone(zone), now.astimezone(zone), timedelta()
    day = local.date()
    while day <= end.date():
        if day.weekday() < _SATURDAY:
            opens = max(datetime.combine(day, OPENS, zone), local)
            closes = min(datetime.combine(day, CLOSES, zone), end)
            # By UTC: within one zone Python leaves a clock change out of a difference.
            total += max(timedelta(), closes.astimezone(UTC) - opens.astimezone(UTC))
        if total > NO_READ_FOR:
            break
        day += timedelta(days=1)
    return total


def _of_the_runs(standing: Standing) -> Iterator[Alarm]:
    if not standing.has_credentials:
        yield Alarm(
            "credentials",
            "critical",
            "No ShipStation credentials",
            "Set SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET; until then nothing new comes in.",
        )
    if standing.failed_tests:
        yield Alarm(
            "tests", "critical", "Build red, nothing published", f"Failed: {', '.join(standing.failed_tests)}."
        )
    for kind, error in standing.failures:
        yield Alarm(f"run {kind}", "critical", f"The last {kind} failed", error)
    if standing.sync_seconds is not None and standing.sync_seconds > SLOW_SYNC_SECONDS:
        yield Alarm(
            "slow sync",
            "warning",
            f"The last sync took {standing.sync_seconds:.0f} s",
            f"More than {SLOW_SYNC_SECONDS} s: see the runs for what took long, and whether the API limited us.",
        )
    for subject in standing.lost_mail:
        yield Alarm(f"mail {subject}", "critical", "A mail was not sent", f"{subject}. `mail` tells why.")


def _of_the_data(standing: Standing) -> Iterator[Alarm]:
    now, read_at, at = standing.now, standing.read_at, standing.snapshot_at
    if read_at is not None and working_time_since(read_at, now, standing.zone) > NO_READ_FOR:
        mark = standing.watermark
        known = f", and changes are known up to {clock(mark, standing.zone)}" if mark else ""
        yield Alarm(
            "read",
            "critical",
            "ShipStation was not read for two business hours",
            f"The last read was at {clock(read_at, standing.zone)}{known}. Is `serve` running, is the sync "
            "switched on, and what does the last sync say?",
        )
    if at is None:
        yield Alarm("snapshot", "warning", "Nothing has been published yet", "Run `backfill --since` or `sync`.")
    elif now - at > STALE_SNAPSHOT:
        yield Alarm(
            "snapshot",
            "warning",
            "The published data are old",
            f"They are of {clock(at, standing.zone)}. Is `serve` running?",
        )
    if standing.ghosts > MANY_GHOSTS:
        yield Alarm(
            "ghosts",
            "warning",
            f"{standing.ghosts} orders without lines",
            f"More than {MANY_GHOSTS}: type their lines in ShipStation, or cancel them; the exceptions name them.",
        )
    if standing.open_units:
        yield Alarm(
            "open units",
            "critical",
            "Open units differ from ShipStation's",
            f"{', '.join(standing.open_units)}. Run `reconcile --since` a date with `--repair`.",
        )
    if standing.is_cutover_unfinished:
        yield Alarm(
            "cutover",
            "critical",
            "A cutover or its rollback is not finished",
            "The former system's workflows may be on or off: give the same command again, which finishes it.",
        )
    if standing.disparities:
        yield Alarm(
            "parity",
            "warning",
            "The former system differs",
            f"{standing.disparities} differences are unexplained: see Runs and health, or run `parity`.",
        )
    if standing.unhealthy:
        yield Alarm(
            "health", "critical", "Health checks failed", f"{', '.join(standing.unhealthy)}. `health` tells where."
        )


def _of_the_stock(standing: Standing) -> Iterator[Alarm]:
    for row in standing.stock:
        days = row["days_of_supply"]
        supply = f", {int(days)} days of supply" if days is not None else ""
        yield Alarm(
            f"stock {row['sku_code']} {row['alert_level']}",
            "critical" if row["alert_level"] == "critical" else "warning",
            f"Stock of {row['sku_code']} is {row['alert_level']}",
            f"{row['product_name']}: {row['quantity_available']:,} available{supply}, "
            f"reorder at {row['reorder_point']:,}.",
        )
    for row in standing.overdrawn:
        lot = f"{row['sku_code']} - {row['lot_number']}"
        yield Alarm(
            f"lot {lot}",
            "critical",
            f"Lot {lot} is below zero",
            f"{row['quantity_on_hand']:,} units: enter the missing receipt, or count the lot.",
        )
