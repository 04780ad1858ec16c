"""No view breaks a rule of axe-core, the accessibility checker, in the light or the dark theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_process import Served
from playwright.sync_api import Browser, Page, expect

from streamlit_app.navigation import VIEWS

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=request.param)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", [view.path for view in VIEWS])
def test_a_view_breaks_no_rule(themed: Page, served: Served, path: str) -> None:
    themed.goto(f"{served.url}/{path}")
    expect(themed.get_by_text("Times in America/Chicago")).to_be_visible()
    expect(themed.get_by_role("heading", level=2)).not_to_have_count(0)
    expect(themed.get_by_test_id("stSkeleton")).to_have_count(0)
    found = Axe().run(themed)
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()
