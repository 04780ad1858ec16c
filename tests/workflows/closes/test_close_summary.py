"""What a close says in words, as tables: its line, its mail, and what has shipped since."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workflows.closes.close_plan import Part
from workflows.closes.close_summary import (
    changed_since,
    format_mail_states,
    mail_of,
    next_step,
    restated_since,
    summary_of,
)
from workflows.config.dates import Dates
from workflows.config.periods import Period

DATES = Dates("it-IT", ZoneInfo("Europe/Rome"))
DAY = Period("eod", date(2026, 11, 20), date(2026, 11, 20))
WEEK = Period("eow", date(2026, 11, 16), date(2026, 11, 22))
MONTH = Period("eom", date(2026, 10, 1), date(2026, 10, 31))
SHIPPED = {"orders": 1_234, "units": 2, "unknown_units": 0, "unassigned_units": 0}
STOCK: dict[str, Any] = {"on_hand": 9, "critical": [], "low": [], "overdrawn": []}


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        ({"shipped": SHIPPED}, "1,234 orders shipped, 2 units"),
        (
            {"shipped": SHIPPED | {"orders": 1, "units": 1}},
            "1 order shipped, 1 unit",
        ),
        ({"shipped": SHIPPED | {"unassigned_units": 1}}, "1,234 orders shipped, 2 units; 1 unassigned unit"),
        (
            {"shipped": SHIPPED | {"unknown_units": 5}},
            "1,234 orders shipped, 2 units; 5 units of unknown SKUs not included",
        ),
        (
            {"shipped": SHIPPED | {"skus": [("17612", 1_041), ("17904", 3)]}},
            "1,234 orders shipped, 2 units; 17612 ×1,041, 17904 ×3",
        ),
        ({"shipped": SHIPPED, "stock": STOCK}, "1,234 orders shipped, 2 units"),
        (
            {"shipped": SHIPPED | {"not_loaded": "all before 2026-11-02"}, "stock": STOCK},
            "INCOMPLETE, all before 2026-11-02 is not loaded; 1,234 orders shipped, 2 units",
        ),
        (
            {"shipped": SHIPPED, "stock": STOCK | {"not_loaded": "2026-11-02 to 2026-11-04"}},
            "stock is incomplete, 2026-11-02 to 2026-11-04 is not loaded; 1,234 orders shipped, 2 units",
        ),
        (
            {
                "shipped": SHIPPED,
                "bill": {"orders": 1, "units": 3, "total_cents": 5, "not_loaded": "2026-10-01"},
                "stock": STOCK | {"not_loaded": "2026-10-01"},
            },
            "INCOMPLETE, 2026-10-01 is not loaded; 1 order shipped, 3 units; $0.05 charged",
        ),
        (
            {"shipped": SHIPPED, "stock": STOCK | {"critical": ["a"], "low": ["b", "c"], "overdrawn": ["d"]}},
            "1,234 orders shipped, 2 units; 1 SKU critical; 2 SKUs low; 1 lot with a negative balance",
        ),
        (
            {"shipped": SHIPPED, "bill": {"orders": 1_235, "units": 3, "total_cents": 1_234_507}},
            "1,235 orders shipped, 3 units; $12,345.07 charged",
        ),
    ],
)
def test_a_close_says_in_one_line_what_shipped_what_it_charged_and_what_is_short(
    figures: dict[str, Any], line: str
) -> None:
    assert summary_of(figures) == line


@pytest.mark.parametrize(
    ("part", "subject", "begins"),
    [
        (
            Part(WEEK, 1),
            "Weekly inventory report: The week of 2026-11-16 to 2026-11-22",
            "The week of 2026-11-16 to 2026-11-22 is closed.\n\n",
        ),
        (
            Part(WEEK, 2),
            "Weekly inventory report: The week of 2026-11-16 to 2026-11-22, version 2",
            "The week of 2026-11-16 to 2026-11-22 is closed, version 2.\n\n",
        ),
        (Part(MONTH, 1), "Invoice: ottobre 2026", "ottobre 2026 is closed.\n\n"),
        (
            Part(DAY, 1),
            "Day's summary: venerdì 20 novembre 2026",
            "venerdì 20 novembre 2026 is closed.\n\n",
        ),
    ],
)
def test_a_closes_mail_names_the_period_and_each_version_but_the_first(
    part: Part, subject: str, begins: str
) -> None:
    whole = {"shipped": SHIPPED, "bill": SHIPPED | {"not_loaded": "2026-10-01", "total_cents": 1}}
    assert mail_of(part, "ledger-7.duckdb", whole, DATES)[0] == f"{subject}, incomplete"
    found, body = mail_of(part, "ledger-7.duckdb", {"shipped": SHIPPED}, DATES)
    assert found == subject
    assert body == (
        f"{begins}1,234 orders shipped, 2 units.\n\nThe report is attached. It was made from the snapshot "
        "ledger-7.duckdb.\n"
    )


def test_a_closed_period_can_be_closed_again_and_a_months_changes_are_restated() -> None:
    assert next_step(WEEK) == "`eow --date 2026-11-20 --force` makes a new version."
    assert next_step(MONTH) == (
        "`eom --date 2026-10-30 --force` makes a new version; what has changed is a restatement in the next month."
    )


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["sent"], "sent to 1 recipient"),
        (["sent", "sent"], "sent to 2 recipients"),
        (["sent", "waiting", "sent"], "sent to 2 recipients, waiting for 1"),
        (["given up", "uncertain"], "given up for 1 recipient, uncertain for 1"),
    ],
)
def test_a_mail_counts_as_sent_once_all_readers_have_it(states: list[str], words: str) -> None:
    assert format_mail_states(states) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((20, 41), ""),
        ((44, 98), "24 orders and 57 units more since the close"),
        ((21, 41), "1 order more since the close"),
        ((20, 1_041), "1,000 units more since the close"),
        ((19, 38), "1 order and 3 units fewer since the close"),
        ((22, 40), "2 orders more, 1 unit fewer since the close"),
    ],
)
def test_what_changed_since_a_close_is_said_in_orders_and_units(now: tuple[int, int], words: str) -> None:
    present = dict(zip(("orders", "units"), now, strict=True))
    assert changed_since({"orders": 20, "units": 41}, present) == words


def test_what_changed_in_a_closed_month_is_said_as_restatements() -> None:
    assert restated_since({"restatements": 0, "cents": 0}) == ""
    assert restated_since({"restatements": 1, "cents": 1_234_50}) == "1 restatement since the close, $1,234.50"
    assert restated_since({"restatements": 2, "cents": -525}) == "2 restatements since the close, -$5.25"
