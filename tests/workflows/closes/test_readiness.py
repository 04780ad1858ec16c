"""What is refused before anything is queued: as tables, from what a snapshot tells of what is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.sources.shipstation.watermarks import FALLBACK_DAYS
from ingest.sources.shipstation.watermarks import LISTS as INGEST_LISTS
from workflows.closes.readiness import check_loaded
from workflows.config.periods import CloseKind, period_of
from workflows.errors import CloseRefused
from workflows.reports.coverage import FALLBACK, LISTS, Loaded, Stretch, not_loaded

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
OPENING = date(2025, 9, 19)
Span = tuple[str, str, bool]


def instant(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), CHICAGO).astimezone(UTC)


def loaded(*spans: Span, only: Sequence[str] = LISTS) -> Loaded:
    """Spans of business days: from, up to (not included), and whether the watermark lies in it."""
    stretches = [
        Stretch(name, instant(begin), instant(end), follows) for name in only for begin, end, follows in spans
    ]
    return Loaded(CHICAGO, OPENING, stretches, charged_from=date(2025, 9, 22))


def refusal(
    kind: CloseKind, day: str, known: Loaded, *, incomplete: bool = False, syncs_first: bool = True
) -> CloseRefused | None:
    period = period_of(kind, date.fromisoformat(day))
    try:
        check_loaded(period, known, NOW, incomplete=incomplete, syncs_first=syncs_first)
    except CloseRefused as refused:
        return refused
    return None


def test_the_lists_and_the_days_of_a_sync_without_a_watermark_are_those_of_ingest() -> None:
    assert (INGEST_LISTS, timedelta(days=FALLBACK_DAYS)) == (LISTS, FALLBACK)


WHOLE = ("2025-09-19", "2026-11-20", True)
A_SYNC = ("2026-10-21", "2026-11-20", True)


@pytest.mark.parametrize(
    ("kind", "day", "spans", "command"),
    [
        # Everything since the opening balances.
        ("eod", "2026-11-20", [WHOLE], None),
        ("eom", "2026-10-31", [WHOLE], None),
        ("eom", "2025-10-31", [WHOLE], None),
        # The 30 days of a first sync: enough for days and weeks that begin a week after, for no bill.
        ("eod", "2026-11-20", [A_SYNC], None),
        ("eod", "2026-10-28", [A_SYNC], None),
        ("eod", "2026-10-27", [A_SYNC], "backfill --since 2026-10-20 --until 2026-10-20"),
        ("eow", "2026-11-08", [A_SYNC], None),
        ("eow", "2026-10-30", [A_SYNC], "backfill --since 2026-10-19 --until 2026-10-20"),
        ("eow", "2025-11-07", [A_SYNC], "backfill --since 2025-10-27 --until 2026-10-20"),
        ("eom", "2026-11-20", [A_SYNC], "backfill --since 2025-09-19 --until 2026-10-20"),
        ("eom", "2026-10-31", [A_SYNC], "backfill --since 2025-09-19 --until 2026-10-20"),
        # Before the first load: a sync will read 30 days, a backfill up to now is what a bill needs.
        ("eod", "2026-11-20", [], None),
        ("eow", "2026-11-13", [], None),
        ("eow", "2026-10-02", [], "backfill --since 2026-09-21"),
        ("eom", "2026-10-31", [], "backfill --since 2025-09-19"),
        # A sync that did not run for weeks goes on from its watermark.
        ("eom", "2026-10-31", [("2025-09-19", "2026-09-01", True)], None),
        # A watermark that was lost for longer than the 30 days that were read again.
        (
            *("eom", "2026-10-31"),
            [("2025-09-19", "2026-09-01", False), A_SYNC],
            "backfill --since 2026-09-01 --until 2026-10-20",
        ),
        ("eod", "2026-11-20", [("2025-09-19", "2026-09-01", False), A_SYNC], None),
        # Two backfills that leave a day between them, and one that fills it.
        (
            *("eom", "2026-10-31"),
            [("2025-09-19", "2026-03-01", False), ("2026-03-02", "2026-11-20", True)],
            "backfill --since 2026-03-01 --until 2026-03-01",
        ),
        (
            *("eom", "2026-10-31"),
            [
                ("2025-09-19", "2026-03-01", False),
                ("2026-03-02", "2026-11-20", True),
                ("2026-03-01", "2026-03-02", False),
            ],
            None,
        ),
    ],
)
def test_a_period_is_whole_when_each_list_was_read_from_before_it_until_now(
    kind: CloseKind, day: str, spans: list[Span], command: str | None
) -> None:
    refused = refusal(kind, day, loaded(*spans))
    assert (refused.facts["command"] if refused else None) == command
    if refused is not None:
        assert (refused.facts["reason"], refused.exit_code) == ("incomplete", 2)
        assert f"Run `{command}`, then close again." in str(refused)
        assert refusal(kind, day, loaded(*spans), incomplete=True) is None


@pytest.mark.parametrize("missing", LISTS)
def test_one_list_that_was_not_read_is_enough_to_refuse(missing: str) -> None:
    others = loaded(WHOLE, only=[name for name in LISTS if name != missing])
    known = replace(others, stretches=[*others.stretches, *loaded(A_SYNC, only=[missing]).stretches])
    refused = refusal("eom", "2026-10-31", known)
    assert refused is not None
    assert refused.facts["command"] == "backfill --since 2025-09-19 --until 2026-10-20"


def test_once_the_sync_has_read_what_it_would_have_read_counts_no_more() -> None:
    lost = loaded(("2025-09-19", "2026-09-01", False))
    assert refusal("eod", "2026-11-20", lost) is None
    refused = refusal("eod", "2026-11-20", lost, syncs_first=False)
    assert refused is not None
    assert refused.facts["command"] == "backfill --since 2026-11-13"


@pytest.mark.parametrize(
    ("kind", "day", "first"),
    [
        ("eod", "2025-09-19", "eod --date 2025-09-20"),
        ("eod", "2020-02-29", "eod --date 2025-09-20"),
        ("eow", "2025-09-14", "eow --date 2025-09-26"),
        ("eow", "2025-09-21", "eow --date 2025-09-26"),  # it begins before the opening day, and ends after
        ("eom", "2025-08-31", "eom --date 2025-10-31"),
        ("eom", "2025-09-30", "eom --date 2025-10-31"),
    ],
)
def test_what_the_opening_balances_do_not_precede_is_refused_with_the_first_that_can_be_closed(
    kind: CloseKind, day: str, first: str
) -> None:
    refused = refusal(kind, day, loaded(("2000-01-01", "2026-11-20", True)))
    assert refused is not None
    assert (refused.facts["reason"], refused.facts["command"]) == ("before_opening", first)
    assert f"`{first}`" in str(refused)


def test_a_period_that_lies_wholly_before_the_opening_is_refused_whatever_is_asked() -> None:
    known = loaded(("2000-01-01", "2026-11-20", True))
    assert refusal("eom", "2025-09-30", known, incomplete=True) is None
    before = refusal("eom", "2025-08-31", known, incomplete=True)
    assert before is not None
    assert before.facts["reason"] == "before_opening"


@pytest.mark.parametrize(
    ("known", "reason", "words"),
    [
        (
            *(replace(loaded(WHOLE), charged_from=None), "no_charges"),
            "nothing was shipped yet. `sync` brings what is new.",
        ),
        (
            *(replace(loaded(WHOLE), charged_from=date(2026, 11, 2)), "no_charges"),
            "the first day with charges is 2026-11-02. The first month with any: `eom --date 2026-11-30`.",
        ),
        (
            *(replace(loaded(WHOLE), missing_since=date(2026, 8, 20)), "missing_history"),
            "Run `backfill --since 2026-08-01`, then close again.",
        ),
    ],
)
def test_a_bill_of_nothing_or_after_bills_that_are_not_loaded_is_refused_also_when_incomplete_is_allowed(
    known: Loaded, reason: str, words: str
) -> None:
    for incomplete in (False, True):
        refused = refusal("eom", "2026-10-31", known, incomplete=incomplete)
        assert refused is not None
        assert (refused.facts["reason"], words in str(refused)) == (reason, True)
    assert refusal("eod", "2026-10-30", known) is None


@pytest.mark.parametrize(
    ("kind", "day", "spans", "lack", "of_stock"),
    [
        ("eom", "2026-10-31", [WHOLE], None, None),
        ("eod", "2026-11-20", [A_SYNC], None, "2025-09-19 to 2026-10-20"),
        ("eom", "2026-10-31", [A_SYNC], "2025-09-19 to 2026-10-20", "2025-09-19 to 2026-10-20"),
        ("eom", "2025-09-30", [WHOLE], "2025-09-01 to 2025-09-19", None),
        ("eom", "2025-09-30", [A_SYNC], "2025-09-01 to 2026-10-20", "2025-09-19 to 2026-10-20"),
        # Without a watermark nobody knows what a report's snapshot does not hold, up to its own instant.
        (
            *("eod", "2026-11-19", [("2025-09-19", "2026-11-19", False)]),
            *("2026-11-19 to 2026-11-20", "2026-11-19 to 2026-11-20"),
        ),
    ],
)
def test_what_is_missing_is_named_by_its_days(
    kind: CloseKind, day: str, spans: list[Span], lack: str | None, of_stock: str | None
) -> None:
    known = loaded(*spans)
    assert not_loaded(period_of(kind, date.fromisoformat(day)), known, NOW) == lack
    gap = known.stock_gap(NOW)
    assert (gap.days if gap else None) == of_stock


@pytest.mark.parametrize(("begin", "command"), [("2026-03-08", None), ("2026-03-09", "2026-03-08")])
def test_days_of_23_and_25_hours_are_days(begin: str, command: str | None) -> None:
    known = loaded(("2025-09-19", "2026-03-08", False), (begin, "2026-11-20", True))
    refused = refusal("eom", "2026-10-31", known)
    assert (refused.facts["command"] if refused else None) == (
        f"backfill --since {command} --until {command}" if command else None
    )
