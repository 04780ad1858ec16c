"""Guessing passwords is slowed down however it is done, and a session is kept as a secret is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from login_server import PASSWORD, Login, login_server

from streamlit_app.auth import login_middleware
from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS
from workflows.config.roles import password_matches
from workflows.entries.login_log import recent_login_events

AT_ONCE = 12


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    with login_server(tmp_path, monkeypatch) as running:
        yield running


def test_of_many_wrong_passwords_at_once_only_the_first_four_are_looked_at(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided, all_are_decided = threading.Semaphore(0), threading.Event()
    looked_at: list[str] = []

    def slow_hash(password: str, user: Any) -> bool:
        """The real one, which ends once it is settled for all others whether they come as far."""
        looked_at.append(password)
        decided.release()
        all_are_decided.wait()
        return password_matches(password, user)

    monkeypatch.setattr(login_middleware, "password_matches", slow_hash)

    def guess(number: int) -> int:
        answer = login.try_password("ada", f"guess {number}")
        if answer.status_code == 429:
            decided.release()
        return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        guesses = [pool.submit(guess, number) for number in range(AT_ONCE)]
        for _ in range(AT_ONCE):
            decided.acquire()
        all_are_decided.set()
        statuses = sorted(guess.result() for guess in guesses)
    assert statuses == [401] * 4 + [429] * (AT_ONCE - 4)
    assert len(looked_at) == 4
    # Nor is the right one before its time.
    assert login.try_password("ada", PASSWORD).status_code == 429
    assert len(looked_at) == 4
    login.now[0] = 2
    assert login.try_password("ada", PASSWORD).status_code == 303


def test_wrong_passwords_from_elsewhere_lock_nobody_out_and_an_address_is_slowed_down_for_every_name(
    login: Login,
) -> None:
    for name in ("ada", "ADA ", "Ada", "ada"):
        assert login.try_password(name, "wrong", "10.0.0.1").status_code == 401
    assert login.try_password("ada", PASSWORD, "10.0.0.1").status_code == 429
    assert login.try_password("ada", PASSWORD, "10.0.0.5").status_code == 303
    for name in ("oleg", "vera", "nobody", "noone"):
        assert login.try_password(name, "wrong", "10.0.0.9").status_code == 401
    assert login.try_password("oleg", PASSWORD, "10.0.0.9").status_code == 429
    assert login.try_password("oleg", PASSWORD, "10.0.0.8").status_code == 303


def test_the_addresses_of_one_ipv6_prefix_are_slowed_down_as_one(login: Login) -> None:
    for number in range(4):
        assert login.try_password(f"name {number}", "wrong", f"2001:db8:1:2::{number}").status_code == 401
    assert login.try_password("ada", PASSWORD, "2001:db8:1:2:ffff::1").status_code == 429
    assert login.try_password("ada", PASSWORD, "2001:db8:1:3::1").status_code == 303


def test_the_right_password_ends_the_waiting_and_the_next_three_are_free_again(login: Login) -> None:
    for _ in range(2):
        for _ in range(3):
            assert login.try_password("ada", "wrong").status_code == 401
        assert login.try_password("ada", PASSWORD).status_code == 303


def test_a_session_is_a_secret_of_the_browser_for_a_working_day(login: Login) -> None:
    opened = login.try_password("ada", PASSWORD)
    kept = opened.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "max-age=43200", "path=/"} <= set(kept.split("; "))
    assert "secure" not in kept
    assert (
        "secure"
        in login.try_password("ada", PASSWORD, **{"X-Forwarded-Proto": "https"}).headers["set-cookie"].lower()
    )
    inside = {"cookies": {COOKIE: opened.cookies[COOKIE]}}
    answer = requests.get(login.url, **inside)
    assert (answer.text, answer.headers["X-Frame-Options"]) == ("inside", "SAMEORIGIN")
    login.now[0] = SESSION_SECONDS - 1
    assert requests.get(login.url, **inside).text == "inside"
    login.now[0] = SESSION_SECONDS
    assert requests.get(login.url, **inside).status_code == 401
    # Whether the page is up is no secret.
    assert requests.get(f"{login.url}/_stcore/health").text == "inside"


def test_logging_out_ends_this_session_and_no_other(login: Login) -> None:
    first, second = (login.try_password("ada", PASSWORD).cookies[COOKIE] for _ in range(2))
    gone = requests.get(f"{login.url}/logout", cookies={COOKIE: first}, allow_redirects=False)
    assert (gone.headers["location"], gone.cookies.get(COOKIE)) == ("/login", None)
    statuses = [requests.get(login.url, cookies={COOKIE: token}).status_code for token in (first, second)]
    assert statuses == [401, 200]


def test_the_form_is_kept_nowhere_and_loads_nothing(login: Login) -> None:
    form = requests.get(f"{login.url}/login")
    assert form.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in form.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in form.headers["Content-Security-Policy"]
    answer = login.try_password('<b>"', "wrong")
    assert ("<b>" in answer.text, answer.headers["Cache-Control"]) == (False, "no-store")
    browser = requests.get(login.url, headers={"Accept": "text/html"}, allow_redirects=False)
    assert (browser.status_code, browser.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 303), ("own", 303), ("https://evil.example", 403), ("null", 403)]
)
def test_another_site_cannot_log_anybody_in(login: Login, origin: str | None, status: int) -> None:
    headers = {"Origin": login.url if origin == "own" else origin} if origin else {}
    assert login.try_password("ada", PASSWORD, **headers).status_code == status


@pytest.mark.parametrize(("length", "status"), [(4095, 401), (4096, 400)])
def test_what_is_too_long_for_a_login_is_not_read(login: Login, length: int, status: int) -> None:
    fixed = len("name=ada&password=")
    assert login.try_password("ada", "x" * (length - fixed)).status_code == status


def test_a_login_without_a_length_is_not_read(login: Login) -> None:
    parts = iter([b"name=ada&", f"password={PASSWORD}".encode()])
    answer = requests.post(f"{login.url}/login", data=parts, allow_redirects=False)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"name=ada"),
        ("application/x-www-form-urlencoded", b"\xff\xfe%%%=&&&"),
        ("application/json", b'{"name": "ada", "password": "wrong"}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="name"; filename="f"\r\n\r\nada\r\n--x--\r\n',
        ),
        ("text/plain; charset=none-such", b"name=ada"),
    ],
)
def test_any_other_body_is_a_bad_request(login: Login, kind: str, body: bytes) -> None:
    answer = requests.post(f"{login.url}/login", body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.text) == (400, "This is not a login request.")


def test_every_answer_has_security_headers(login: Login) -> None:
    inside = {COOKIE: login.try_password("ada", PASSWORD).cookies[COOKIE]}
    answers = [
        requests.get(login.url, cookies=inside),
        requests.get(login.url),
        requests.get(f"{login.url}/login"),
        requests.get(f"{login.url}/_stcore/health"),
        login.try_password("ada", "wrong"),
    ]
    for answer in answers:
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_the_log_has_no_name_and_no_password_of_a_login(
    login: Login, caplog: pytest.LogCaptureFixture, password: str
) -> None:
    with caplog.at_level(logging.DEBUG, logger="streamlit_app"):
        login.try_password("ada" if password == PASSWORD else "typed-here", password)
    assert "typed-here" not in caplog.text
    assert password not in caplog.text
    assert ("A login from 10.0.0.1 failed." in caplog.text) == (password == "wrong")


def test_logins_refusals_and_logouts_are_in_the_audit_log_without_names_of_nobody(login: Login) -> None:
    login.try_password("typed-here", "wrong", "10.0.0.2")
    login.try_password("ADA ", "wrong", "10.0.0.3")
    token = login.try_password("ada", PASSWORD, "10.0.0.4").cookies[COOKIE]
    for _ in range(2):
        requests.get(f"{login.url}/logout", cookies={COOKIE: token}, headers={"X-Forwarded-For": "10.0.0.4"})
    events = recent_login_events(login.settings.operations, 10)
    assert [(event.event, event.user_name, event.address, event.reason) for event in events] == [
        ("logout", "ada", "10.0.0.4", None),
        ("login", "ada", "10.0.0.4", None),
        ("refusal", "ada", "10.0.0.3", "wrong password"),
        ("refusal", None, "10.0.0.2", "unknown name"),
    ]
    stored = login.settings.operations.read_bytes()
    assert (b"typed-here" in stored, b"wrong password" in stored, PASSWORD.encode() in stored) == (
        False,
        True,
        False,
    )


def test_attempts_that_must_wait_do_not_fill_the_audit_log(login: Login) -> None:
    statuses = [login.try_password("nobody", "wrong").status_code for _ in range(9)]
    assert statuses == [401] * 4 + [429] * 5
    assert len(recent_login_events(login.settings.operations, 10)) == 4


def test_with_a_damaged_operations_database_one_still_gets_in_and_the_log_says_what_is_missing(
    login: Login, caplog: pytest.LogCaptureFixture
) -> None:
    login.settings.operations.write_text("not a database, but long enough to be read as the head of one")
    assert login.try_password("ada", PASSWORD).status_code == 303
    assert "A login of ada from 10.0.0.1 is not in the audit log: " in caplog.text
    assert "cannot be read (file is not a database): it is damaged" in caplog.text


def test_who_is_taken_off_the_list_does_not_get_in_any_more(login: Login) -> None:
    assert login.try_password("oleg", PASSWORD).status_code == 303
    login.users.write_text("\n".join(line for line in login.users.read_text().splitlines() if "oleg" not in line))
    assert login.try_password("oleg", PASSWORD).status_code == 401
    assert login.try_password("ada", PASSWORD).status_code == 303


def test_while_the_list_of_users_cannot_be_read_nobody_gets_in_and_the_form_says_so(login: Login) -> None:
    users = login.users.read_text()
    login.users.write_text("[users")
    answer = login.try_password("ada", PASSWORD)
    assert (answer.status_code, "The users file cannot be read. Ask an admin" in answer.text) == (503, True)
    assert str(login.users) not in answer.text
    login.users.write_text(users)
    assert login.try_password("ada", PASSWORD).status_code == 303
