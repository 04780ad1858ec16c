"""October to December 2026, over HTTP and with the real jobs: what is invoiced and restated is the ledger.

Pressed here: the months' last weekdays, the days before, and the Fridays around them. `python -m tests.quarter`
presses every day and week as well, some minutes long.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.quarter.presses import Quarter, live_through, presses_around_the_months_ends

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def quarter(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """Lived through in a home in which nothing was done; only dbt has read the project before."""
    home = tmp_path_factory.mktemp("quarter") / "home"
    shutil.copytree(built_home / "scratch", home / "scratch")
    return live_through(home, presses_around_the_months_ends())


def test_what_is_invoiced_and_restated_is_the_ledger_recomputed_to_the_cent_in_all_and_by_component(
    quarter: Quarter,
) -> None:
    rows = quarter.comparison()
    assert [name for name, *_ in rows] == ["orders", "handling", "storage", "postage", "total"]
    for name, *billed, recomputed in rows:
        assert sum(billed) == recomputed > 0, name
        # The months are billed, and each component was restated.
        assert min(abs(cents) for cents in billed[:2]) > 0, name


def test_each_press_closed_its_own_period_and_an_invoice_adds_up(quarter: Quarter) -> None:
    closed = Counter(f"{close['kind']} {close['period']}" for close in quarter.closed)
    assert [period for period in closed if period.startswith("eom")] == [
        "eom 2026-10",
        "eom 2026-11",
        "eom 2026-12",
    ]
    assert set(closed.values()) == {1}
    # Nobody pressed EOW on Christmas Day, a Friday: the month's close did.
    assert "eow 2026-12-21" not in closed
    [december] = [close for close in quarter.closed if (close["kind"], close["period"]) == ("eom", "2026-12")]
    assert "eow 2026-12-21" in [f"{one['kind']} {one['period']}" for one in december["closed_before"]]
    invoices = quarter.invoices()
    for month, invoice in invoices.items():
        restated = quarter.restated(f"is_closed and billed_month = '{month}-01'").total()
        assert invoice["restated"] == restated
        assert invoice["total due"] == restated + sum(
            invoice[name] for name in ("orders", "handling", "storage", "postage")
        )
    assert [month for month, invoice in invoices.items() if invoice["restated"]] == ["2026-11", "2026-12"]


def test_days_to_come_were_charged_on_the_last_weekdays_and_everything_after_them_is_restated(
    quarter: Quarter,
) -> None:
    ahead = quarter.line.published(
        "select charge_date from marts.charge_report_daily where is_charged_ahead order by 1"
    )
    assert [str(day) for (day,) in ahead] == ["2026-10-30", "2026-10-31", "2026-11-30", "2026-12-31"]
    restated = quarter.line.published("select billed_month, restated_date, cause from marts.charge_restatements")
    after = {(day, billed) for billed, day, cause in restated if "was closed already" in cause}
    assert after >= {
        (date(2026, 10, 30), date(2026, 11, 1)),
        (date(2026, 10, 31), date(2026, 11, 1)),
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    }
    causes = Counter(re.sub(r"[0-9]+", "n", cause) for _, _, cause in restated)
    assert causes["label n voided"] >= 4
    assert causes["late shipment: label n was not known at the close"] >= 2
    assert any("receive of n dated back" in cause for cause in causes)
    assert any("adjust_down of -n dated back" in cause for cause in causes)
    assert any(cause.startswith("taken back: late shipment") for cause in causes)
