"""A login at an identity provider opens the page to who is in the list of users, while a session lasts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from identity_provider import IdentityProvider, identity_provider
from page_process import Served, free_port, serve, without_security_headers
from playwright.sync_api import Browser, Page, expect
from published_folder import Business, PublishedFolder

from streamlit_app.auth.login_sessions import SESSION_SECONDS
from workflows.entries.login_log import recent_login_events


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Served]:
    elsewhere = tmp_path_factory.mktemp("guarded")
    users = elsewhere / "users.toml"
    users.write_text('[users]\n"Ada@example.com" = { role = "admin" }\n')
    port = free_port()
    with serve(
        tmp_path_factory.mktemp("home"),
        elsewhere,
        port,
        SHIPLEDGER_USERS=str(users),
        SHIPLEDGER_OIDC_METADATA_URL=f"{provider.url}/.well-known/openid-configuration",
        SHIPLEDGER_OIDC_CLIENT_ID="shipledger",
        SHIPLEDGER_OIDC_CLIENT_SECRET="s3cret",
        SHIPLEDGER_PAGE_URL=f"http://127.0.0.1:{port}",
    ) as page:
        yield page


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def logged(guarded: Served) -> list[tuple[str, str | None, str | None]]:
    events = recent_login_events(guarded.home / "operations.sqlite", 100)
    return [(event.event, event.user_name, event.reason) for event in events]


def log_in(tab: Page, guarded: Served) -> None:
    tab.goto(guarded.url)
    expect(tab.get_by_role("heading", name="Shipledger")).to_be_visible()
    tab.get_by_role("button", name="Log in").click()


def test_who_is_in_the_list_of_users_gets_in_by_their_address_and_out_again(
    visitor: Page, guarded: Served, provider: IdentityProvider, business: Business
) -> None:
    PublishedFolder(guarded.home).publish(business)
    provider.claims = {"email": "ada@example.com", "email_verified": True}
    log_in(visitor, guarded)
    visitor.get_by_role("button", name="Ada@example.com").click()
    expect(visitor.get_by_text("Ada@example.com, admin")).to_be_visible()
    visitor.get_by_role("button", name="Log out").click()
    expect(visitor.get_by_role("button", name="Log in")).to_be_visible()
    assert logged(guarded)[:2] == [("logout", "Ada@example.com", None), ("login", "Ada@example.com", None)]


def test_every_answer_has_security_headers(guarded: Served) -> None:
    assert without_security_headers(guarded) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("claims", "recorded"),
    [
        (
            {"email": "mallory@example.com", "email_verified": True},
            [("refusal", "mallory@example.com", "no role here")],
        ),
        pytest.param(
            {"email": "ada@example.com", "email_verified": False},
            [("refusal", None, "no verified address")],
            marks=pytest.mark.long,
        ),
        (
            {"email": "ada@example.com", "email_verified": True, "iat": int(time.time()) - SESSION_SECONDS - 60},
            [],
        ),
        pytest.param(
            {"name": "Ada@example.com"}, [("refusal", None, "no verified address")], marks=pytest.mark.long
        ),
    ],
    ids=["not in the list", "address not verified", "session over", "no address"],
)
def test_nobody_else_gets_in_and_each_refusal_is_recorded_once(
    visitor: Page,
    guarded: Served,
    provider: IdentityProvider,
    claims: dict[str, object],
    recorded: list[tuple[str, str | None, str | None]],
    request: pytest.FixtureRequest,
) -> None:
    before = logged(guarded)
    provider.claims = {"sub": request.node.name, **claims}
    log_in(visitor, guarded)
    for _ in range(2):
        expect(visitor.get_by_text("your account has no role here")).to_be_visible()
        expect(visitor.get_by_role("navigation")).to_have_count(0)
        assert logged(guarded) == recorded + before
        visitor.reload()


def test_a_login_is_recorded_once_though_the_page_opens_again_with_another_role(
    visitor: Page, guarded: Served, provider: IdentityProvider, business: Business
) -> None:
    PublishedFolder(guarded.home).publish(business)
    before = logged(guarded)
    provider.claims = {"email": "ada@example.com", "email_verified": True, "sub": "of one role after another"}
    log_in(visitor, guarded)
    expect(visitor.get_by_role("button", name="Ada@example.com")).to_be_visible()
    users = guarded.elsewhere / "users.toml"
    users.write_text(users.read_text().replace("admin", "operator"))
    visitor.reload()
    visitor.get_by_role("button", name="Ada@example.com").click()
    expect(visitor.get_by_text("Ada@example.com, operator")).to_be_visible()
    users.write_text(users.read_text().replace("operator", "admin"))
    assert logged(guarded) == [("login", "Ada@example.com", None), *before]
    [newest] = recent_login_events(guarded.home / "operations.sqlite", 1)
    assert newest.address == "unknown"
