"""Whether parity has held for long enough, at the bounds of each criterion; what lasts, and what is noted once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workflows.config.settings_reader import read_settings
from workflows.errors import AlreadyRunning
from workflows.parity.comparison import Difference
from workflows.parity.comparison_log import (
    KEPT_DIFFERENCES,
    ParityRun,
    differences_of,
    lasting_differences,
    recent_runs,
    record_run,
)
from workflows.parity.criteria import Criteria, read_criteria
from workflows.parity.cutover_log import (
    BEGUN,
    DONE,
    ROLLBACK_BEGUN,
    ROLLED_BACK,
    CutoverEvent,
    is_cut_over,
    is_unfinished,
    last_event,
    record_event,
)
from workflows.parity.parity_status import ParityStatus, parity_status

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
SOURCE = "sqlite:///former.db"
CRITERIA: Criteria = read_criteria(read_settings({}).parity_file)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def run_at(ago: timedelta, *, unexplained: int = 0, orders: int = 20, span: timedelta = 48 * HOUR) -> ParityRun:
    until = NOW - ago
    return ParityRun(
        str(ago), None, SOURCE, CRITERIA.fingerprint, until - span, until, unexplained, orders, {}
    )  # fmt: skip


def held(hours: float = 48, every: timedelta = 4 * HOUR) -> list[ParityRun]:
    """Comparisons from so many hours ago until now, newest first."""
    count = int(timedelta(hours=hours) / every)
    return [run_at(number * every) for number in range(count + 1)]


def standing(runs: Sequence[ParityRun], since: datetime | None = None) -> ParityStatus:
    return parity_status(runs, SOURCE, CRITERIA, NOW, since)


def test_at_the_bounds_of_all_criteria_a_cutover_may_follow() -> None:
    found = standing(held())
    assert (found.hours_held, found.comparisons, found.reasons) == (48.0, 13, ())
    assert found.held_since == NOW - 48 * HOUR


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        ([replace(run, until=run.until + SECOND) for run in held()[-1:]], "more than 4 hours ago"),
        ([*held()[:-1], run_at(48 * HOUR - SECOND)], "it has held for 48.0 of 48 hours"),
        ([*held()[:-1], run_at(48 * HOUR + SECOND)], "it has held for 44.0 of 48 hours"),
        ([run_at(4 * HOUR + SECOND), *held()[2:]], "more than 4 hours ago"),
        ([run_at(timedelta(), orders=19), *held()[1:]], "only 19 orders were on both sides, of 20 needed"),
        ([run_at(timedelta(), unexplained=1), *held()[1:]], "the last comparison has 1 unexplained difference"),
        ([run_at(-SECOND), *held()], "it has held for 0.0 of 48 hours"),
        ([*held()[:6], run_at(22 * HOUR, unexplained=1, span=HOUR), *held()[6:]], "it has held for 20.0 of 48"),
        ([replace(run, source="sqlite:///another.db") for run in held()], "no comparison with it counts yet"),
        ([replace(run, criteria="others") for run in held()], r"\(13 under other criteria"),
        ([replace(run, since=run.since + SECOND) for run in held()], r"\(13 under other criteria, or over"),
    ],
)  # fmt: skip
def test_a_second_or_an_order_less_refuses_it(runs: list[ParityRun], reason: str) -> None:
    assert re.search(reason, "; ".join(standing(runs).reasons))


def test_after_a_rollback_only_comparisons_of_after_it_count() -> None:
    assert standing(held(), since=NOW - 48 * HOUR - SECOND).reasons == ()
    assert "44.0 of 48 hours" in "; ".join(standing(held(), since=NOW - 48 * HOUR).reasons)


def differs(number: str | None, theirs: str = "shipped", kind: str = "timing") -> Difference:
    return Difference("orders", number, None, "status", "cancelled", theirs, kind, None)


def test_only_what_differed_alike_in_every_comparison_since_lasts(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    always, unexplained, header = differs("1"), differs("2", kind="unexplained"), differs(None)
    for hours, found in (
        (40, [always, unexplained, header, differs("gone since"), differs("changed", "on_hold"), differs("9")]),
        (20, [always, unexplained, header, differs("changed")]),
        (2, [always, unexplained, header, differs("changed"), differs("scope", kind="scope"), differs("9")]),
        (1, [always, unexplained, header, differs("changed"), differs("scope", kind="scope"), differs("9")]),
    ):
        record_run(store, run_at(hours * HOUR), found)
    record_run(store, replace(run_at(3 * HOUR), run_id="another's", source="sqlite:///another.db"), [])

    def lasting(before: timedelta) -> list[str | None]:
        return sorted(lasting_differences(store, SOURCE, NOW - before).column("order_number").to_pylist(), key=str)

    assert lasting(26 * HOUR) == ["1", "2", None]
    assert lasting(timedelta(minutes=90)) == ["1", "2", "9", None, "changed"]
    assert lasting(40 * HOUR) == [], "nothing was compared before"
    assert lasting_differences(store, "sqlite:///third.db", NOW).num_rows == 0


def test_a_comparison_is_noted_once_and_keeps_its_first_differences(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    many = [differs(str(number)) for number in range(KEPT_DIFFERENCES + 1)]
    record_run(store, run_at(HOUR), many)
    record_run(store, replace(run_at(HOUR), unexplained=7), many)
    record_run(store, run_at(2 * HOUR), [])
    assert differences_of(store, str(HOUR)) == many[:-1]
    assert [run.until for run in recent_runs(store)] == [NOW - HOUR, NOW - 2 * HOUR]
    assert [(run.until, run.unexplained) for run in recent_runs(store, limit=1)] == [(NOW - HOUR, 0)]


def test_each_step_of_a_cutover_follows_the_one_before_and_of_two_at_once_one_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    states = []
    for event, after in ((BEGUN, None), (DONE, BEGUN), (ROLLBACK_BEGUN, DONE), (ROLLED_BACK, ROLLBACK_BEGUN)):
        noted = CutoverEvent(event, "mary", SOURCE, NOW, {})
        record_event(store, noted, after)
        with pytest.raises(AlreadyRunning):
            record_event(store, noted, after)
        assert last_event(store) == noted
        states.append((is_unfinished(store), is_cut_over(store)))
    assert states == [(True, True), (False, True), (True, False), (False, False)]
