"""The form for entries and what the operations database has afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import Any, Literal

from looking import choose, panel
from page_process import Served
from playwright.sync_api import Locator, Page, expect
from workshop import settings_of

from workflows.entries.recording import EntryRequest, record_entry


def entries(served: Served) -> list[tuple[Any, ...]]:
    """What the operations database holds: type, SKU, lot, units, reason, note, actor."""
    with closing(sqlite3.connect(served.home / "operations.sqlite")) as connection:
        if not connection.execute("select name from sqlite_master where name = 'entries'").fetchall():
            return []
        return connection.execute(
            "select entry_type, sku_code, lot_number, quantity, reason, note, actor from entries order by seq"
        ).fetchall()


def enter(served: Served, kind: Literal["receive", "adjust"], units: int, day: date) -> None:
    """Somebody enters units of 17612 without a lot."""
    record_entry(settings_of(served.home), EntryRequest(kind, "17612", units, day, "Cleo", reason="found"))


def open_entry_form(tab: Page, served: Served) -> Locator:
    tab.goto(f"{served.url}/inventory?tab=entries")
    form = panel(tab, "Enter a receipt or an adjustment")
    expect(form.get_by_label("Lot", exact=True)).to_be_visible()
    return form


def fill(form: Locator, product: str, lot: str, units: int | None = None) -> None:
    """Type what every entry has."""
    choose(form, "Product", product)
    form.get_by_label("Lot", exact=True).fill(lot)
    if units is not None:
        form.get_by_label("Units").fill(f"{units}")


def type_day(form: Locator, label: str, day: date) -> None:
    """Type a day, and close the calendar, which covers what is below the field."""
    form.get_by_role("spinbutton", name=f"month, {label}").click()
    form.page.keyboard.type(f"{day:%m%d%Y}")
    form.page.keyboard.press("Escape")
