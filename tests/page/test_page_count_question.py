"""An entry dated before a count is booked with an answer whether the count saw it, and never without."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from entering import fill, open_entry_form, type_day
from looking import cells, choose
from page_process import DATES, Served
from playwright.sync_api import Locator, Page, expect
from published_folder import Business, PublishedFolder
from workshop import settings_of

from workflows.entries.recording import EntryRequest, record_entry

ASKED = "There is a count on or after that day. Answer the question, then enter it."


@pytest.fixture(autouse=True)
def published(folder: PublishedFolder, business: Business) -> None:
    folder.publish(business)


def count_shelf(served: Served, day: date, units: int) -> None:
    """Somebody counts lot 250300 meanwhile."""
    record_entry(settings_of(served.home), EntryRequest("count", "17612", units, day, "Cleo", lot_number="250300"))


def entries(served: Served) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(served.home / "operations.sqlite")) as connection:
        return connection.execute(
            "select entry_type, entry_date, quantity, seen_by_count, actor = 'Cleo' from entries order by seq"
        ).fetchall()


def filled_form(tab: Page, served: Served, kind: str, units: int, day: date) -> Locator:
    """The form, filled for lot 250300 of 17612."""
    button = {"Receive": "Enter the receipt", "Adjust": "Enter the adjustment"}[kind]
    form = open_entry_form(tab, served)
    form.get_by_role("radio", name=kind).click()
    expect(form.get_by_role("button", name=button)).to_be_visible()
    fill(form, "17612 PT Kit", "250300", units)
    if kind == "Adjust":
        form.get_by_role("radio", name="Lost").click()
    type_day(form, "Day", day)
    return form


@pytest.mark.long
def test_a_receipt_before_counts_is_asked_about_each_of_them_and_booked_once_with_what_they_saw(
    tab: Page, served: Served, today: date
) -> None:
    first, second = today - timedelta(days=5), today - timedelta(days=2)
    form = filled_form(tab, served, "Receive", 48, today - timedelta(days=6))
    # Counted after the form was drawn, and twice more while the question was, once on the same day.
    count_shelf(served, first, 1067)
    enter = form.get_by_role("button", name="Enter the receipt")
    enter.click()
    expect(form.get_by_text(ASKED)).to_be_visible()
    answers = form.get_by_role("radiogroup", name="Were these units included in the count?")
    expect(answers.get_by_role("radio")).to_have_count(2)
    expect(answers.get_by_role("radio", checked=True)).to_have_count(0)
    enter.click()
    for day, options in ((first, 2), (second, 3)):
        answers.get_by_text(f"Yes, in the count of {DATES.day(first)} (lot 250300)").click()
        count_shelf(served, day, 1067)
        enter.click()
        expect(answers.get_by_role("radio", checked=True)).to_have_count(0)
        expect(answers.get_by_role("radio")).to_have_count(options)
    assert [row[4] for row in entries(served)] == [1, 1, 1]
    answers.get_by_text(f"Yes, from the count of {DATES.day(second)} on (lot 250300)").click()
    enter.dblclick()
    expect(
        form.get_by_text("Received: 48 units of 17612, lot 250300. The stock stays as counted.")
    ).to_be_visible()
    expect(answers).to_have_count(0)
    expect(cells(form)).to_contain_text(
        ["Count difference", "250300", "-48", "Received", "250300", "48", "Counted"]
    )
    assert entries(served)[3:] == [
        ("receive", str(today - timedelta(days=6)), 48, 1, 0),
        ("count", str(second), -48, None, 0),
    ]


@pytest.mark.long
def test_an_adjustment_that_no_count_saw_changes_the_stock_and_one_after_it_needs_no_answer(
    tab: Page, served: Served, today: date
) -> None:
    count_shelf(served, today - timedelta(days=1), 1019)
    form = filled_form(tab, served, "Adjust", 6, today - timedelta(days=1))
    choose(form, "Reason", "Damaged")
    enter = form.get_by_role("button", name="Enter the adjustment")
    enter.click()
    answers = form.get_by_role("radiogroup", name="Did this happen before the count?")
    answers.get_by_text("No: adjust the stock").click()
    enter.click()
    expect(form.get_by_text("Adjusted down: 6 units of 17612, lot 250300. The next sync")).to_be_visible()
    # Answered for yesterday, then dated today: no count stands after it any more.
    form = filled_form(tab, served, "Adjust", 7, today - timedelta(days=1))
    choose(form, "Reason", "Lost")
    enter.click()
    answers.get_by_text("Yes, in the count of").click()
    type_day(form, "Day", today)
    enter.click()
    expect(form.get_by_text("Adjusted down: 7 units of 17612, lot 250300. The next sync")).to_be_visible()
    assert [row[:4] for row in entries(served)[1:]] == [
        ("adjust_down", str(today - timedelta(days=1)), 6, 0),
        ("adjust_down", str(today), 7, None),
    ]
