"""The checks of runs, data and stock, by the rules of the business. Pure: `system_state` reads their input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflows.config.formatting import counted
from workflows.config.thresholds import (
    LEAST_ROOM_FOR_SNAPSHOTS,
    MANY_EMPTY_ORDERS,
    SLOW_SYNC_SECONDS,
    STALE_AFTER,
)
from workflows.config.wall_clock import clock
from workflows.errors import Advice, PublicationRefused, on_page
from workflows.lake.lake_note import LakeNote
from workflows.monitoring.checks import CLOSES, OPENS, Check, Severity

# What is checked. A check's name begins with one of these; some add which one failed: `run sync`, `lot 17612 - 1`.
CONDITIONS = (
    *(
        "credentials",
        "tests",
        "lost rows",
        "run",
        "slow sync",
        "disk",
        "lake",
        "mail",
        "read",
        "snapshot",
        "ghosts",
    ),
    *("open units", "cutover", "parity", "health", "stock", "lot"),
)
_SATURDAY = 5

_SET_CREDENTIALS = Advice(
    "Set SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET; until then nothing new comes in.",
    "Set the API key and secret in the configuration; until then nothing new comes in.",
)
_SEE_MAIL = Advice("`mail` says why.", "See Runs and health.")
_IS_RUNNING = Advice("Is `serve` running?", "Is the worker running?")
_LOAD = Advice("Run `backfill --since` or `sync`.", "Ask an admin to load the orders.")
_RECONCILE = Advice(
    "Run `reconcile --since` a date with `--repair`.", "Ask an admin to reconcile and repair the orders."
)
_FINISH = Advice("Run the same command again, which finishes it.", "Ask an admin to finish it.")
_COMPARE = Advice("See Runs and health, or run `parity`.", "See Runs and health.")
_SEE_HEALTH = Advice("Run `health` for the details.", "See Runs and health.")


@dataclass(frozen=True)
class SystemState:
    """What the checks look at. Instants are UTC.

    Attributes:
        now: The present.
        zone: The business's time zone.
        has_credentials: Whether ShipStation's key and secret are configured, or the home is a demo's.
        failures: Kind and error of those jobs whose last run failed.
        failed_tests: The models and tests that failed in the last build.
        refused_publication: Why the last build was refused because it lacks rows; None when it was not.
        sync_seconds: How long the last sync took.
        read_at: When the last read of ShipStation that was loaded began; None before the first one.
        watermark: The newest change in ShipStation that is known. It stays while nothing changes there.
        snapshot_at: The instant the published snapshot describes; None before the first one.
        room_for_snapshots: How many more snapshots fit on the disk; None before the first one.
        lake: The last attempt to publish to the lake, or to copy from it; None without one.
        reads_lake: Whether this machine only reads what others publish to the lake.
        empty_orders: Orders without lines: open ones, also those confirmed as work in progress, and shipped ones.
        stock: Rows of `inventory_current` that are critical or low.
        negative_lots: Rows of `lot_inventory` with a negative balance.
        unhealthy: Names of the checks that failed in the last run of `health`.
        open_units: SKUs of which open orders hold other units here than there, for more than one cycle.
        lost_mail: Subjects of mails that were given up.
        is_cutover_unfinished: Whether a cutover or its rollback was begun and not finished.
        parity_differences: Differences from the former system that the last comparison could not explain.
    """

    now: datetime
    zone: ZoneInfo
    has_credentials: bool
    failures: Sequence[tuple[str, Exception]] = ()
    failed_tests: Sequence[str] = ()
    refused_publication: PublicationRefused | None = None
    sync_seconds: float | None = None
    read_at: datetime | None = None
    watermark: datetime | None = None
    snapshot_at: datetime | None = None
    room_for_snapshots: int | None = None
    lake: LakeNote | None = None
    reads_lake: bool = False
    empty_orders: int = 0
    stock: Sequence[Mapping[str, Any]] = field(default_factory=list)
    negative_lots: Sequence[Mapping[str, Any]] = field(default_factory=list)
    unhealthy: Sequence[str] = ()
    open_units: Sequence[str] = ()
    lost_mail: Sequence[str] = ()
    is_cutover_unfinished: bool = False
    parity_differences: int = 0


def failed_conditions(state: SystemState) -> list[Check]:
    """Return the checks that fail, the critical ones first."""
    groups: tuple[Callable[[SystemState], Iterator[Check]], ...] = (
        _unused_lake,
        _stale_data,
        _wrong_data,
        _short_stock,
    )
    # A machine that only reads has neither account nor runs.
    if not state.reads_lake:
        groups = (_failed_runs, *groups)
    found = [check for group in groups for check in group(state)]
    return sorted(found, key=lambda check: check.severity != "critical")


def condition_of(name: str) -> str:
    """Return which of `CONDITIONS` a check of this name is about."""
    return next(condition for condition in CONDITIONS if f"{name} ".startswith(f"{condition} "))


def working_time_since(instant: datetime, now: datetime, zone: ZoneInfo) -> timedelta:
    """Return how much of the time from an instant until now lies in business hours."""
    local, end, total = instant.astimezone(zone), now.astimezone(zone), timedelta()
    day = local.date()
    while day <= end.date():
        if day.weekday() < _SATURDAY:
            opens = max(datetime.combine(day, OPENS, zone), local)
            closes = min(datetime.combine(day, CLOSES, zone), end)
            # By UTC: within one zone Python leaves a clock change out of a difference.
            total += max(timedelta(), closes.astimezone(UTC) - opens.astimezone(UTC))
        if total > STALE_AFTER:
            break
        day += timedelta(days=1)
    return total


def _failed(name: str, severity: Severity, title: str, found: str, advice: Advice | None = None) -> Check:
    texts = (advice.command_line, advice.page) if advice else ("", "")
    detail, shown = (f"{found} {text}".strip() for text in texts)
    return Check(name, title, False, detail, severity, on_page=shown)


def _raised(name: str, title: str, error: Exception) -> Check:
    return Check(name, title, False, str(error), on_page=on_page(error))


def _failed_runs(state: SystemState) -> Iterator[Check]:
    if not state.has_credentials:
        yield _failed("credentials", "critical", "No ShipStation credentials", "", _SET_CREDENTIALS)
    if state.failed_tests:
        names = ", ".join(state.failed_tests)
        yield _failed("tests", "critical", "The build failed, nothing was published", f"Failed: {names}.")
    if state.refused_publication:
        title = "The last build lacks rows of the published snapshot"
        yield _raised("lost rows", title, state.refused_publication)
    for kind, error in state.failures:
        yield _raised(f"run {kind}", f"The last {kind} failed", error)
    if state.sync_seconds is not None and state.sync_seconds > SLOW_SYNC_SECONDS:
        yield _failed(
            "slow sync",
            "warning",
            f"The last sync took {state.sync_seconds:.0f} s",
            f"More than {SLOW_SYNC_SECONDS} s: see the runs for what took long, and whether the API limited us.",
        )
    if state.room_for_snapshots is not None and state.room_for_snapshots < LEAST_ROOM_FOR_SNAPSHOTS:
        yield _failed(
            "disk",
            "warning",
            f"The disk has room for {counted(state.room_for_snapshots, 'snapshot')}",
            f"Fewer than {LEAST_ROOM_FOR_SNAPSHOTS}: make room, or soon nothing can be built and published.",
        )
    for subject in state.lost_mail:
        yield _failed(f"mail {subject}", "critical", "A mail was not sent", f"{subject}.", _SEE_MAIL)


def _unused_lake(state: SystemState) -> Iterator[Check]:
    if state.lake is not None and state.lake.problem is not None:
        title, last = "The lake could not be used", ""
        if state.lake.at is not None:
            last = f" It was last used at {clock(state.lake.at, state.zone)}."
        problem, shown = (f"{text}{last}" for text in (state.lake.problem, state.lake.on_page))
        yield Check("lake", title, False, problem, "warning", on_page=shown)


def _stale_data(state: SystemState) -> Iterator[Check]:
    read_at, snapshot_at, zone = state.read_at, state.snapshot_at, state.zone
    if read_at is not None and working_time_since(read_at, state.now, zone) > STALE_AFTER:
        known = f", and changes are known up to {clock(state.watermark, zone)}" if state.watermark else ""
        yield _failed(
            "read",
            "critical",
            "ShipStation was not read for two business hours",
            f"The last read was at {clock(read_at, zone)}{known}. Is the sync switched on, and what does the last "
            "sync say?",
            _IS_RUNNING,
        )
    if snapshot_at is None:
        yield _failed("snapshot", "warning", "Nothing has been published yet", "", _LOAD)
    elif state.now - snapshot_at > STALE_AFTER:
        detail = f"They are of {clock(snapshot_at, zone)}."
        yield _failed("snapshot", "warning", "The published data are old", detail, _IS_RUNNING)


def _wrong_data(state: SystemState) -> Iterator[Check]:
    if state.empty_orders > MANY_EMPTY_ORDERS:
        advice = "type their lines in ShipStation, or cancel them; the exceptions name them."
        title = f"{state.empty_orders} orders without lines"
        yield _failed("ghosts", "warning", title, f"More than {MANY_EMPTY_ORDERS}: {advice}")
    if state.open_units:
        detail = f"{', '.join(state.open_units)}."
        yield _failed("open units", "critical", "Open units differ from ShipStation's", detail, _RECONCILE)
    if state.is_cutover_unfinished:
        detail = "The former system's workflows may be on or off."
        yield _failed("cutover", "critical", "A cutover or its rollback is not finished", detail, _FINISH)
    if state.parity_differences:
        detail = f"{state.parity_differences} differences are unexplained."
        yield _failed("parity", "warning", "The former system differs", detail, _COMPARE)
    if state.unhealthy:
        detail = f"{', '.join(state.unhealthy)}."
        yield _failed("health", "critical", "Health checks failed", detail, _SEE_HEALTH)


def _short_stock(state: SystemState) -> Iterator[Check]:
    for row in state.stock:
        sku, level, days = row["sku_code"], row["alert_level"], row["days_of_supply"]
        supply = f", {int(days)} days of supply" if days is not None else ""
        yield _failed(
            f"stock {sku} {level}",
            "critical" if level == "critical" else "warning",
            f"Stock of {sku} is {level}",
            f"{row['product_name']}: {row['quantity_available']:,} available{supply}, "
            f"reorder at {row['reorder_point']:,}.",
        )
    for row in state.negative_lots:
        lot = f"{row['sku_code']} - {row['lot_number']}"
        detail = f"{row['quantity_on_hand']:,} units: enter the missing receipt, or count the lot."
        yield _failed(f"lot {lot}", "critical", f"Lot {lot} has a negative balance", detail)
