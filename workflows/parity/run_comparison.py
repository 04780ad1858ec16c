"""One comparison with the former system from beginning to end, and its record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb

from ingest.sources.legacy.live_database import connected, numbers_since, rows_of
from workflows.config.reference_data import read_reference
from workflows.config.settings import Settings
from workflows.config.snapshots import reading_snapshot
from workflows.cycle.engine import Facts, Report
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.cycle.last_read import last_read
from workflows.errors import Advice, ShipledgerError
from workflows.parity.both_sides import create_tables, our_numbers
from workflows.parity.comparison import Compared, ReadTimes, compare, counted_by
from workflows.parity.comparison_log import ParityRun, lasting_differences, record_run
from workflows.parity.criteria import Criteria, read_criteria
from workflows.parity.explanations import CLASSES, UNEXPLAINED
from workflows.parity.legacy_connection import Source

_NOTHING = "Nothing has been published yet, so there is nothing to compare."
_LOAD_FIRST = Advice("Run `backfill --since` first.", "Ask an admin to load the orders first.")


def compare_with_former_system(
    settings: Settings,
    source: Source,
    hours: float | None,
    run_id: str,
    actor: str | None,
    until: datetime,
    report: Report,
) -> Facts:
    """Compare the orders of the last hours, and record the comparison with its differences.

    Args:
        settings: The configuration.
        source: The former system.
        hours: How far back orders are compared; None for as long as the criteria say.
        run_id: The job that compares.
        actor: Who asked.
        until: The comparison's moment, UTC.
        report: Called with (what is done, done, in all).

    Raises:
        ShipledgerError: The former system's database is missing, foreign, damaged or out of reach, or there is no
            snapshot.
        HomeUnusable: The snapshot cannot be read.
    """
    criteria = read_criteria(settings.parity_file)
    hours = hours or criteria.hours
    read = last_read(settings.operations)
    with reading_snapshot(settings) as snapshot:
        if snapshot is None:
            raise ShipledgerError(_NOTHING, advice=_LOAD_FIRST)
        ours = read.watermark if read and read.watermark else _published_look(snapshot.connection)
        times = ReadTimes(until - timedelta(hours=hours), until, ours)
        compared = _compare(settings, snapshot.connection, source, times, criteria, report)
    facts = _facts(compared, source, hours, times, criteria, snapshot.name)
    counts = facts["by_class"][UNEXPLAINED], compared.counts["orders_compared"]
    run = ParityRun(run_id, actor, source.shown, criteria.fingerprint, times.since, until, *counts, facts)
    record_run(settings.operations, run, compared.differences)
    return facts


def _compare(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    times: ReadTimes,
    criteria: Criteria,
    report: Report,
) -> Compared:
    first_day = times.since.astimezone(settings.timezone).date()
    report("orders of ours", 0, 3)
    numbers = our_numbers(connection, times.since, first_day)
    report("orders of theirs", 1, 3)
    with ingest_errors_for_the_user(), connected(source.url) as former:
        numbers |= numbers_since(former, times.since, first_day)
        theirs = rows_of(former, sorted(numbers))
    report("comparison", 2, 3)
    reference = read_reference(settings.reference)
    create_tables(connection, sorted(numbers), theirs, reference, criteria)
    lasting = lasting_differences(settings.operations, source.shown, times.until - criteria.longest_lag)
    return compare(connection, theirs, times, lasting, reference, criteria)


def _published_look(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Return up to when changes are known, in a home in which an earlier release recorded no read."""
    found: datetime = connection.execute(
        "select coalesce((select max(watermark_after) from marts.sync_runs), as_of) from marts.snapshot_info"
    ).fetchall()[0][0]
    return found


def _facts(
    compared: Compared, source: Source, hours: float, times: ReadTimes, criteria: Criteria, snapshot: str
) -> Facts:
    by_class = counted_by(compared.differences, "kind")
    their_looks = {area: at and at.astimezone(UTC).isoformat() for area, at in compared.their_looks.items()}
    return {
        "source": source.shown,
        "hours": hours,
        "since": times.since.isoformat(),
        "until": times.until.isoformat(),
        "snapshot": snapshot,
        "criteria": criteria.fingerprint,
        **compared.counts,
        "by_class": {kind: by_class.get(kind, 0) for kind in CLASSES},
        "by_rule": counted_by([one for one in compared.differences if one.rule], "rule"),
        "by_field": counted_by([one for one in compared.differences if one.kind == UNEXPLAINED], "field"),
        "not_compared": compared.not_compared,
        "our_look": times.ours.astimezone(UTC).isoformat(),
        "their_looks": their_looks,
    }
