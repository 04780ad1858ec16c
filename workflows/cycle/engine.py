"""The steps of a cycle: load, compare, build and publish. One engine for each worker; workflows call it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import duckdb

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.operations.operations_source import load_operations
from ingest.sources.shipstation.adoption import Backfilled, adopt_spans
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.load_report import LoadReport
from ingest.sources.shipstation.reconcile import reconcile
from ingest.sources.xcart.xcart_source import prepare_tables
from workflows.config.operations_database import prepare_operations_database
from workflows.config.settings import Settings
from workflows.config.shipstation_account import account_of
from workflows.config.snapshots import current_snapshot, is_current
from workflows.config.thresholds import REBUILD_AFTER
from workflows.cycle.dbt_runner import Modelling, fingerprint, remove_ledger
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.cycle.key_figures import note_key_figures
from workflows.cycle.last_read import Read, copy_read, last_read, note_read
from workflows.cycle.lost_rows import find_lost_rows
from workflows.cycle.open_units import measure_open_units, note_measurement, read_open_lines
from workflows.cycle.publishing import publish
from workflows.cycle.run_log import log_accepted_loss
from workflows.cycle.warehouse import (
    GreenBuild,
    Run,
    check_warehouse,
    forget_green_build,
    last_build_number,
    limit_memory,
    loads_covered_since,
    loads_to_build,
    newest_finished_run,
    note_green_build,
    note_runs,
    open_warehouse,
    read_green_build,
    state_of,
)
from workflows.entries.closed_months import prepare_closes
from workflows.lake.client import publish_to_lake

log = logging.getLogger(__name__)

Report = Callable[[str, int, int], None]
RunsSince = Callable[[datetime | None], list[Run]]
EarlierBackfills = Callable[[], Sequence[Backfilled]]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Publication:
    """The current snapshot's file name, and what it was published without, if somebody accepted a loss."""

    snapshot: str
    accepted_loss: str | None = None


class Engine:
    """Loads, builds and publishes for one home."""

    def __init__(self, settings: Settings, earlier_backfills: EarlierBackfills = tuple) -> None:
        """Create an engine; a warehouse of an earlier release needs the finished backfills."""
        self.settings = settings
        self._earlier_backfills = earlier_backfills
        self._modelling = Modelling(settings)
        self._is_prepared = False
        self.warehouse = Warehouse(settings.warehouse, settings.home / "scratch")

    def load_changes(self, report: Report) -> Facts:
        """Load what changed since the watermark, and new entries. Return the facts of the load."""
        began = datetime.now(UTC)
        facts = self._load(lambda account: load_changes(account, self.warehouse, report))
        note_read(self.settings.operations, Read(began, facts["watermark_after"]))
        return facts

    def load_window(self, since: datetime, until: datetime | None, report: Report) -> Facts:
        """Load one window of a backfill. `finished` in the facts says whether it was the last."""
        began = datetime.now(UTC)
        facts = self._load(lambda account: load_backfill_window(account, self.warehouse, since, until, report))
        # Only a span that moves the watermark was read up to now.
        if facts["watermark_after"] != facts["watermark_before"]:
            note_read(self.settings.operations, Read(began, facts["watermark_after"]))
        if not facts["finished"]:
            self._modelling.read_ahead()
        return facts

    def reconcile(
        self, since: datetime, until: datetime, repair: bool, read_at: datetime, report: Report
    ) -> Facts:
        """Compare a span (UTC instants) with ShipStation field by field; see `sources.shipstation.reconcile`.

        Args:
            since: First instant.
            until: Last instant.
            repair: Whether to load what is missing or different.
            read_at: When the sync before it began to read.
            report: Called with (list name, rows so far, rows expected).
        """
        account = self._ready()
        with ingest_errors_for_the_user():
            found, client = reconcile(
                account,
                self.warehouse,
                since,
                until,
                repair=repair,
                # Lists show a change a few minutes late, so what the next cycle reads again is left to it.
                synced_at=read_at - account.overlap,
                progress=report,
            )
        return {
            "rows_there": found.rows_there,
            "rows_here": found.rows_here,
            "units_there": found.units_there,
            "units_here": found.units_here,
            "missing_here": found.missing_here,
            "missing_there": found.missing_there,
            "different": found.different,
            "repaired": found.repaired,
            "differences": [asdict(difference) for difference in found.differences],
            "api_requests": client.requests_sent,
            "api_seconds": client.api_seconds,
        }

    def build(self, run: Run, runs_since: RunsSince, report: Report) -> Facts:
        """Build and test the models, unless nothing has changed since the last published build.

        Args:
            run: The run that builds, as known so far.
            runs_since: Gives the runs finished after an instant (UTC) and those still open, for `sync_runs`.
            report: Called with ("models", nodes done, nodes in all).

        Raises:
            BuildFailed: A model or a test failed.
        """
        self.prepare()
        as_of = datetime.now(UTC)
        today = as_of.astimezone(self.settings.timezone).date().isoformat()
        project = fingerprint(self.settings.reference)
        # Held until the end: dbt shares it, and opening the file again costs a tenth of a warm build.
        with open_warehouse(self.settings.warehouse) as connection:
            copy_read(last_read(self.settings.operations), connection, self.settings.timezone.key)
            restating = ", restating carrier bills" if self.settings.restate_carrier_bills else ""
            state = state_of(connection) + restating
            target = GreenBuild(f"{project}, {state}", today, as_of, 0)
            green = _last_tested_build(connection)
            if green is not None and not loads_to_build(connection) and self._is_fresh(green, target):
                return {"built": False, "built_at": green.built_at}
            runs = {known.run_id: known for known in runs_since(newest_finished_run(connection))}
            note_runs(connection, list((runs | {run.run_id: run}).values()))
            full = green is None or green.fingerprint != target.fingerprint or not self.settings.ledger.exists()
            if full:
                forget_green_build(connection)
                remove_ledger(self.settings.ledger)
            limit_memory(connection, self.settings.build_memory, run.kind, full=full)
            progress = partial(report, "models")
            outcome = self._modelling.build(
                connection, project, state=state, full=full, as_of=as_of, run_id=run.run_id, on_node=progress
            )
            loads = None if full or green is None else loads_covered_since(connection, green.build_number)
            read_open_lines(connection, loads)
            note_green_build(connection, replace(target, build_number=last_build_number(connection)))
            self._measure(connection, run.run_id, as_of)
        return {"built": True, "built_at": as_of, **asdict(outcome)}

    def _measure(self, connection: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> None:
        """Record the open units, and the key figures of the days that have ended."""
        store = self.settings.operations
        note_measurement(store, run_id, measure_open_units(connection, self.settings.ledger))
        today = as_of.astimezone(self.settings.timezone).date()
        note_key_figures(store, connection, today, as_of.isoformat())

    def load_operations(self) -> None:
        """Load the entries and closes since the last load."""
        self.prepare()
        with ingest_errors_for_the_user():
            prepare_operations_database(self.settings.operations)
            load_operations(self.settings.operations, self.warehouse)

    def publish(self, run: Run, built_at: datetime, *, accept_loss: bool = False) -> Publication:
        """Publish the ledger as a snapshot, unless the current one is of the same build; then to the lake, if any.

        What the lake refuses is a failed check and no error: the next cycle publishes there.

        Args:
            run: The publishing run.
            built_at: When (UTC) the last build began.
            accept_loss: Publish also what lacks rows of the current snapshot; the log says who accepted it.

        Raises:
            PublicationRefused: It lacks rows of the current snapshot.
            ShipledgerError: The snapshot cannot be written.
        """
        publication = self._publish_here(run, built_at, accept_loss=accept_loss)
        publish_to_lake(self.settings)
        return publication

    def _publish_here(self, run: Run, built_at: datetime, *, accept_loss: bool) -> Publication:
        current = current_snapshot(self.settings)
        if current is not None and is_current(self.settings, built_at):
            return Publication(current.name)
        lost = find_lost_rows(self.settings, current) if current else None
        if lost is not None:
            if not accept_loss:
                raise lost.refusal()
            log_accepted_loss(run, str(lost))
        return Publication(publish(self.settings, run, built_at), str(lost) if lost else None)

    def _load(self, fetch: Callable[[Account], LoadReport]) -> Facts:
        account = self._ready()
        self.prepare()
        began = time.monotonic()
        # Two loads of one process share the file while one of them keeps it open.
        with duckdb.connect(str(self.settings.warehouse)), ingest_errors_for_the_user():
            loaded = fetch(account)
            if loaded.finished:
                self.load_operations()
        facts = asdict(loaded)
        facts["load_seconds"] = time.monotonic() - began
        return facts

    def prepare(self) -> None:
        """Create the raw tables that the models read where they are missing; once for each process.

        The shop's, also where no shop is connected, and the spans and files of closed months, which the home of an
        earlier release lacks.
        """
        if not self._is_prepared:
            with ingest_errors_for_the_user():
                prepare_tables(self.warehouse)
                adopt_spans(self.warehouse, self._earlier_backfills())
                prepare_closes(self.settings)
            self._is_prepared = True

    def _ready(self) -> Account:
        """Check the warehouse, and return the account to read from."""
        check_warehouse(self.settings.warehouse)
        return account_of(self.settings)

    def _is_fresh(self, green: GreenBuild, target: GreenBuild) -> bool:
        """Return whether the last build has the project and the day of the next one, is recent and published."""
        return (
            green.fingerprint == target.fingerprint
            and green.business_date == target.business_date
            and green.built_at <= target.built_at < green.built_at + REBUILD_AFTER
            and self.settings.ledger.exists()
            and is_current(self.settings, green.built_at)
        )


def _last_tested_build(connection: duckdb.DuckDBPyConnection) -> GreenBuild | None:
    """Return the last build that we tested; None when somebody built by hand, or a kill came before the note."""
    green = read_green_build(connection)
    return green if green is not None and green.build_number == last_build_number(connection) else None
