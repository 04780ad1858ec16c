"""Who gets in, and what each role may do there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from inbox import Inbox, free_port, serving
from looking import cells, choose_first_row, panel
from page_process import Served, serve, without_security_headers
from playwright.sync_api import Browser, Page, expect
from published_folder import Business, PublishedFolder
from workshop import jobs_of, make_store, settings_of, with_mail

from streamlit_app.server import page_command
from workflows.config.roles import hash_password
from workflows.config.settings import Settings
from workflows.entries.login_log import REFUSAL, record_login_event
from workflows.errors import WRONG_CONFIGURATION
from workflows.mail import deliver_outbox, queue_mail

PASSWORD = "correct horse battery"
SOCKET = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
KEY = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@contextmanager
def page_with_a_login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page that asks for a password, with one user of each role."""
    elsewhere = tmp_path_factory.mktemp("guarded")
    users = elsewhere / "users.toml"
    roles = {"vera": "viewer", "oleg": "operator", "ada": "admin"}
    lines = [
        f'{name} = {{ role = "{role}", password = "{hash_password(PASSWORD)}" }}' for name, role in roles.items()
    ]
    users.write_text("\n".join(["[users]", *lines]))
    with serve(tmp_path_factory.mktemp("home"), elsewhere, SHIPLEDGER_USERS=str(users)) as page:
        yield page


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with page_with_a_login(tmp_path_factory) as page:
        yield page


@pytest.fixture
def guarded_for_one_test(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For wrong passwords: they slow down everybody at the same address."""
    with page_with_a_login(tmp_path_factory) as page:
        yield page


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that knows no cookie."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def log_in(tab: Page, page: Served, name: str, password: str = PASSWORD) -> None:
    tab.goto(page.url)
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Password").fill(password)
    tab.keyboard.press("Enter")


def give_up_a_mail(settings: Settings) -> str:
    """Have a mail refused for good by a server that repeats the address. Gives the address."""
    reader, inbox, port = "reader@example.com", Inbox(), free_port()
    inbox.answers["RCPT"] = f"550 <{reader}> is unknown here"
    sending = with_mail(settings, port, reader)
    with serving(inbox, port):
        queue_mail(sending, "eow:2026-11-16:v1", "Weekly", "text", [])
        deliver_outbox(sending, datetime.now(UTC))
    return reader


def test_beyond_loopback_the_page_refuses_to_start_without_a_login(tmp_path: Path, served: Served) -> None:
    users = tmp_path / "users.toml"
    users.write_text("")
    started = subprocess.run(
        page_command(8501, "0.0.0.0"),
        env={"SHIPLEDGER_USERS": str(users), "SHIPLEDGER_HOME": str(served.home)},
        capture_output=True,
        text=True,
    )
    assert (started.returncode, "no login is configured" in started.stderr) == (WRONG_CONFIGURATION, True)
    assert "Traceback" not in started.stderr


def test_without_a_session_nothing_behind_the_login_answers(guarded: Served) -> None:
    asked = {
        path: requests.get(guarded.url + path).status_code
        for path in ("/", "/inventory", "/metrics", "/_stcore/host-config")
    }
    assert asked == dict.fromkeys(asked, 401)
    socket = requests.get(f"{guarded.url}/_stcore/stream", headers=SOCKET | KEY)
    assert socket.status_code == 403
    forged = requests.get(f"{guarded.url}/", cookies={"shipledger_session": "guessed"})
    assert forged.status_code == 401
    elsewhere = requests.post(f"{guarded.url}/login", {"name": "ada"}, headers={"Origin": "http://evil.example"})
    assert elsewhere.status_code == 403


def test_a_password_opens_the_page_until_one_logs_out(visitor: Page, guarded: Served, business: Business) -> None:
    PublishedFolder(guarded.home).publish(business)
    log_in(visitor, guarded, "Oleg")
    visitor.get_by_role("button", name="oleg").click()
    expect(visitor.get_by_text("oleg, operator")).to_be_visible()
    kept = next(cookie for cookie in visitor.context.cookies() if cookie["name"] == "shipledger_session")
    assert (kept["httpOnly"], kept["sameSite"]) == (True, "Strict")
    # Somebody edits the list of users and makes a mistake in it.
    users = guarded.elsewhere / "users.toml"
    list_of_users = users.read_text()
    users.write_text("[users")
    visitor.reload()
    expect(visitor.get_by_text("The users file")).to_contain_text("cannot be used")
    expect(visitor.get_by_text("Traceback")).to_have_count(0)
    users.write_text(list_of_users)
    visitor.reload()
    visitor.get_by_role("button", name="oleg").click()
    visitor.get_by_role("link", name="Log out").click()
    expect(visitor.get_by_label("Password")).to_be_visible()
    assert requests.get(guarded.url, cookies={kept["name"]: kept["value"]}).status_code == 401


def test_a_changed_role_ends_the_session(visitor: Page, guarded: Served, business: Business) -> None:
    PublishedFolder(guarded.home).publish(business)
    log_in(visitor, guarded, "vera")
    expect(visitor.get_by_role("button", name="vera")).to_be_visible()
    users = guarded.elsewhere / "users.toml"
    list_of_users = users.read_text()
    users.write_text(list_of_users.replace('"viewer"', '"operator"'))
    try:
        visitor.reload()
        # The page's own refresh may have ended the session before: then there is the form at once.
        logged_out = visitor.get_by_role("heading", name="You are logged out")
        expect(logged_out.or_(visitor.get_by_label("Password"))).to_be_visible()
    finally:
        users.write_text(list_of_users)
    visitor.reload()
    expect(visitor.get_by_label("Password")).to_be_visible()


def test_every_answer_has_security_headers_with_and_without_a_login(served: Served, guarded: Served) -> None:
    assert [without_security_headers(page) for page in (served, guarded)] == [[], []]


def test_a_wrong_password_is_answered_in_plain_text_and_slowed_down(
    visitor: Page, guarded_for_one_test: Served
) -> None:
    for _ in range(4):
        log_in(visitor, guarded_for_one_test, "<b>nobody", "wrong")
        expect(visitor.get_by_role("alert")).to_have_text("The name or the password is wrong.")
        expect(visitor.get_by_label("Name")).to_have_value("<b>nobody")
    log_in(visitor, guarded_for_one_test, "<b>nobody", "wrong")
    expect(visitor.get_by_role("alert")).to_contain_text("Too many wrong passwords. Try again in")


@pytest.mark.parametrize(
    ("name", "works", "rules"),
    [
        pytest.param("vera", 0, 0, marks=pytest.mark.long),
        ("oleg", 1, 0),
        pytest.param("ada", 1, 1, marks=pytest.mark.long),
    ],
)
def test_each_role_finds_the_buttons_of_its_work_and_a_press_is_recorded_with_its_name(
    visitor: Page, guarded: Served, business: Business, name: str, works: int, rules: int
) -> None:
    PublishedFolder(guarded.home).publish(business)
    settings = settings_of(guarded.home)
    make_store(settings)
    log_in(visitor, guarded, name)
    close = visitor.get_by_role("button", name="Close the week").first
    expect(close).to_be_visible()
    assert close.is_enabled() == bool(works)
    if works:
        close.click()
        expect(visitor.get_by_text(f"Started by {name}")).to_be_visible()
        assert jobs_of(settings, "eow")[0].actor == name
        panel(visitor, "End of week").get_by_role("button", name="Cancel").click()
        expect(close).to_be_visible()
    visitor.goto(f"{guarded.url}/inventory?tab=entries")
    entry = panel(visitor, "Enter a receipt or an adjustment")
    expect(entry.get_by_text("Your role is read-only")).to_have_count(1 - works)
    expect(entry.get_by_role("button", name="Enter the receipt")).to_have_count(works)
    reader = give_up_a_mail(settings)
    visitor.goto(f"{guarded.url}/carrier-bills")
    bills = panel(visitor, "Bills")
    expect(bills.locator('input[type="file"]')).to_be_enabled(enabled=bool(rules))
    visitor.goto(f"{guarded.url}/runs?administration=open")
    expect(visitor.get_by_role("switch", name="Sync")).to_be_enabled(enabled=bool(rules))
    outbox = panel(visitor, "E-mail")
    choose_first_row(outbox)
    expect(outbox.get_by_role("button", name="Send again")).to_be_enabled(enabled=bool(works))
    expect(outbox.get_by_text("is unknown here").last).to_be_visible()
    assert (reader in visitor.content()) == bool(rules), "addresses are an admin's"
    logins = panel(visitor, "Logins")
    expect(logins).to_have_count(rules)
    if rules:
        expect(cells(logins)).to_contain_text(["Login", name, "127.0.0.1"])
        record_login_event(settings.operations, REFUSAL, None, "10.0.0.9", "unknown name")
        logins.get_by_role("radio", name="Refusals").click()
        expect(cells(logins)).to_contain_text(["Refusal", "10.0.0.9", "unknown name"])
