"""`/metrics`: behind the login where there is one, open to a scraper with the token, and read-only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from login_server import PASSWORD, TOKEN, Login, login_server
from page_process import Served
from published_folder import PublishedFolder

from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS

FIGURE = "shipledger_snapshot_age_seconds"


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    with login_server(tmp_path, monkeypatch) as running:
        yield running


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"{COOKIE}=guessed"},
        {"Accept": "text/html"},
    ],
)
def test_without_session_and_token_there_is_no_figure(login: Login, headers: dict[str, str]) -> None:
    answer = requests.get(f"{login.url}/metrics", headers=headers)
    assert (answer.status_code, FIGURE in answer.text) == (401, False)
    assert "SHIPLEDGER_METRICS_TOKEN" in answer.text
    assert TOKEN not in answer.text


def test_a_scraper_with_the_token_gets_prometheus_text(login: Login) -> None:
    answer = requests.get(f"{login.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, FIGURE in answer.text) == (200, True)
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # The token opens nothing else.
    assert requests.get(login.url, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 401


def test_a_session_opens_them_until_it_ends_or_its_user_is_removed(login: Login) -> None:
    cookies = login.try_password("ada", PASSWORD).cookies
    address = f"{login.url}/metrics"
    assert requests.get(address, cookies=cookies).status_code == 200
    login.now[0] += SESSION_SECONDS
    assert requests.get(address, cookies=cookies).status_code == 401
    cookies = login.try_password("ada", PASSWORD).cookies
    login.users.write_text("[users]\n")
    assert requests.get(address, cookies=cookies).status_code == 401


def test_a_home_that_cannot_be_read_is_unavailable(login: Login) -> None:
    login.settings.operations.write_bytes(b"")
    answer = requests.get(f"{login.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "damaged" in answer.text) == (503, True)


def test_the_page_itself_answers_this_machine_and_no_rebound_name_and_makes_no_file(
    served: Served, folder: PublishedFolder, published: None
) -> None:
    del folder, published
    before = {path: path.lstat().st_mtime_ns for path in served.home.rglob("*")}
    answer = requests.get(f"{served.url}/metrics")
    assert (answer.status_code, FIGURE in answer.text) == (200, True)
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    for host in ("shop.example", "localhost@shop.example", "shop.example/localhost", "[", ""):
        rebound = requests.get(f"{served.url}/metrics", headers={"Host": host})
        assert (rebound.status_code, FIGURE in rebound.text) == (400, False), host
    assert requests.post(f"{served.url}/metrics").status_code == 405
    assert {path: path.lstat().st_mtime_ns for path in served.home.rglob("*")} == before
