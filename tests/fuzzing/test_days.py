"""Any day that somebody types gives a period, or a refusal that says which day can be closed."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as some

from workflows.config.periods import CloseKind, begin_of, closed_before, period_to_close
from workflows.errors import CloseRefused

_KINDS = some.sampled_from(["eod", "eow", "eom"])
_TODAY = some.dates(date(2020, 1, 1), date(2100, 12, 31))


@given(_KINDS, some.dates() | some.none(), _TODAY)
@example("eow", date(9999, 12, 31), date(2026, 11, 20))
@example("eom", date(9999, 12, 31), date(2026, 11, 20))
@example("eom", date(1, 1, 1), date(2026, 11, 20))
@example("eom", date(2028, 2, 29), date(2028, 2, 29))
@example("eow", None, date(2027, 1, 1))
def test_a_day_gives_its_period_or_a_refusal_with_a_day_that_works(
    kind: CloseKind, day: date | None, today: date
) -> None:
    try:
        period = period_to_close(kind, day, today)
    except CloseRefused as refused:
        assert "can be closed" in str(refused)
        return
    assert period.first <= (day or period.first) <= period.last
    assert period.first <= period.opens <= min(period.last, today)
    assert all(before.opens <= period.opens for before in closed_before(period))


@given(
    some.dates(date(1900, 1, 1), date(2200, 1, 1)), some.sampled_from(["America/Chicago", "Europe/London", "UTC"])
)
@example(date(2026, 3, 8), "America/Chicago")
@example(date(2026, 11, 1), "America/Chicago")
def test_business_days_follow_each_other_without_gap_also_when_clocks_change(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    begin, end = begin_of(day, zone), begin_of(day + timedelta(days=1), zone)
    assert begin.astimezone(zone).date() == day
    assert timedelta(hours=22) < end - begin < timedelta(hours=26)
