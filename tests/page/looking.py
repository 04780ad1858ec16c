"""How a test reads the page: figures by their label, tables by their cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError


def figure(tab: Page, label: str) -> Locator:
    """The value under a label."""
    metric = tab.get_by_test_id("stMetric").filter(has=tab.get_by_text(label, exact=True))
    return metric.get_by_test_id("stMetricValue")


def title(tab: Page, words: str) -> Locator:
    """The page's own heading, with these words."""
    return tab.get_by_role("heading", name=words, exact=True, level=1)


def panel(tab: Page, title: str) -> Locator:
    """The frame with this title; the innermost one."""
    heading = tab.get_by_role("heading", name=title, exact=True)
    return tab.get_by_test_id("stVerticalBlock").filter(has=heading).last


def badge(place: Page | Locator, words: str) -> Locator:
    """A badge with these words, whatever its icon."""
    return place.get_by_role("paragraph").filter(has_text=re.compile(rf"^\W*\w*\s*{re.escape(words)}$"))


def cells(place: Page | Locator, table: int = 0) -> Locator:
    """The cells of a table, row by row; a table is painted, and says its cells to who cannot see it."""
    return place.get_by_test_id("stDataFrame").nth(table).locator('[data-testid^="glide-cell-"]')


def search(tab: Page, label: str, text: str) -> None:
    """Type into a field and confirm."""
    tab.get_by_label(label, exact=True).fill(text)
    tab.keyboard.press("Enter")


def expect_orders(tab: Page, found: str) -> None:
    """The search found so many orders."""
    expect(tab.get_by_text(f"{found}, newest first")).to_be_visible()


def stand_still(page: Page) -> None:
    """Wait until no script of the page runs: what it draws again loses a click or the focus."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def next_frame(page: Page) -> None:
    """Wait until the browser has painted: it reports a scroll, and moves what is below a chart, a frame later."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def choose_first_row(place: Page | Locator, table: int = 0) -> None:
    """Tick the first row, where its box is painted, once the page stands still: a table may be drawn again."""
    page = place if isinstance(place, Page) else place.page
    stand_still(page)
    # A chart gets its height when it is drawn, and moves the tables below it.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stVegaLiteChart").filter(has_not=page.locator("canvas, svg.marks"))).to_have_count(
        0
    )
    next_frame(page)
    box = place.get_by_test_id("stDataFrame").nth(table).locator(".dvn-scroller")
    _lead_elsewhere(page, lambda: box.click(position={"x": 16, "y": 51}))


def follow(link: Locator) -> None:
    """Click a link of the page, once the page stands still."""
    stand_still(link.page)
    _lead_elsewhere(link.page, link.click)


def _lead_elsewhere(page: Page, click: Callable[[], None]) -> None:
    """Click until the address is another one: a part that is drawn again loses a click, as a person would see."""
    before = page.url
    for _ in range(3):
        click()
        try:
            page.wait_for_url(lambda url: url != before, timeout=20_000, wait_until="commit")
        except PlaywrightTimeoutError:
            continue
        return
    raise AssertionError(f"Three clicks have not led away from {before}.")


def choose(place: Locator, label: str, option: str) -> None:
    """Choose from a list that opens, once the page stands still: one that is drawn again or scrolled closes."""
    stand_still(place.page)
    field = place.get_by_role("combobox", name=label)
    field.scroll_into_view_if_needed()
    next_frame(place.page)
    field.click()
    place.page.get_by_role("option", name=option).click()


def download(place: Page | Locator, kind: str, *, last: bool = False) -> Path:
    """The file that a button makes, the only one or the last, under the name it is offered by."""
    page = place if isinstance(place, Page) else place.page
    button = place.get_by_role("button", name=kind, exact=True)
    for _ in range(3):
        stand_still(page)
        try:
            with page.expect_download(timeout=20_000) as offered:
                (button.last if last else button).click()
        except PlaywrightTimeoutError:
            # Drawn again in that moment, it has lost the click.
            continue
        file = offered.value.path()
        return file.rename(file.with_name(f"{file.name}-{offered.value.suggested_filename}"))
    raise AssertionError(f"Three clicks on {kind} gave no file.")


def printed_text(file: Path) -> str:
    """All text of a PDF."""
    with pdfium.PdfDocument(file) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def workbook_texts(file: Path) -> set[object]:
    """The values of all cells of a workbook."""
    sheets = load_workbook(file).worksheets
    return {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}
