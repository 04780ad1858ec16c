"""No view breaks a rule of axe-core, the accessibility checker, in the light or the dark theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from long_run import some_of
from looking import stand_still
from page_process import Served
from playwright.sync_api import Browser, Page, expect

from streamlit_app.navigation import VIEWS

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module")
def laptop(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", some_of([view.path for view in VIEWS], 3))
def test_a_view_breaks_no_rule(laptop: Page, served: Served, path: str) -> None:
    laptop.emulate_media(color_scheme="light")
    laptop.goto(f"{served.url}/{path}")
    expect(laptop.get_by_text("Times in America/Chicago")).to_be_visible()
    expect(laptop.get_by_role("heading", level=2)).not_to_have_count(0)
    app = laptop.get_by_test_id("stApp")
    expect(app).to_have_css("color-scheme", "light")
    assert _broken(laptop) == ""
    # The page follows the system at once.
    laptop.emulate_media(color_scheme="dark")
    expect(app).to_have_css("color-scheme", "dark")
    assert _broken(laptop) == ""


def _broken(page: Page) -> str:
    stand_still(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    found = Axe().run(page)
    assert found.response["passes"]
    return found.generate_report() if found.violations_count else ""
