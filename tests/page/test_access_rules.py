"""The rules of access as tables: what each role may do, how long one waits, and what opens the page to nobody."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from streamlit_app.auth.login_sessions import SESSION_SECONDS, LoginThrottle, Sessions, throttled_network
from workflows.config import roles
from workflows.config.job_kinds import KINDS
from workflows.config.roles import (
    Person,
    Role,
    User,
    hash_password,
    is_loopback,
    login_kind,
    password_matches,
    read_users,
)
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.errors import ConfigurationError, NotAllowed, UsageError

PASSWORD = "correct horse battery"
# Made when scrypt's cost was 2**14: whoever changes it locks everybody out, unless old hashes keep theirs.
HASH = "scrypt:c2l4dGVlbiBieXRlcyEhIQ==:y8VkbB8nysX77KRsQEittSgMqg/zu73WCx8q9jG9RCo="
ADA, OLEG = (User(name, Role.ADMIN, HASH) for name in ("ada", "oleg"))
OPERATORS = {
    "sync",
    "upload",
    "eod",
    "eow",
    "health",
    "receive",
    "repack",
    "adjust",
    "count",
    "expiry",
    "acknowledge",
    "mail",
}
OIDC = {
    "SHIPLEDGER_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
    "SHIPLEDGER_OIDC_CLIENT_ID": "shipledger",
    "SHIPLEDGER_OIDC_CLIENT_SECRET": "s3cret",
    "SHIPLEDGER_PAGE_URL": "https://page.example",
}


def settings_with(tmp_path: Path, users: str, **more: str) -> Settings:
    file = tmp_path / "users.toml"
    file.write_text(users)
    return read_settings({"SHIPLEDGER_USERS": str(file), **more})


@pytest.mark.parametrize(
    "act",
    [
        *sorted({*KINDS, *OPERATORS, "watch", "addresses", "logins", "switch"}),
        "?",
    ],
)
def test_an_operator_may_do_the_days_work_a_viewer_nothing_and_an_admin_everything(act: str) -> None:
    assert [Person("x", role).may(act) for role in Role] == [False, act in OPERATORS, True]


def test_a_refusal_names_the_role_that_is_needed_and_who_has_it_passes() -> None:
    Person("Ada", Role.OPERATOR).require("eod")
    Person("Ada", Role.ADMIN).require("eom")
    with pytest.raises(NotAllowed, match="Vera is viewer here, and 'eod' needs the role operator") as refused:
        Person("Vera", Role.VIEWER).require("eod")
    assert str(refused.value).endswith("Ask an admin to do it, or to raise the role in the users file.")
    with pytest.raises(NotAllowed, match="Ada is operator here, and 'eom' needs the role admin"):
        Person("Ada", Role.OPERATOR).require("eom")


@pytest.mark.parametrize(
    ("users", "problem"),
    [
        ("[users", "cannot be used"),
        ("users = 3", "cannot be used"),
        ("[users]\nada = {}", "cannot be used"),
        # Otherwise it would be the user of everybody without a name.
        ('[users]\n"" = { role = "admin" }', "a user has no name"),
        ('[users]\nada = { role = "boss" }', "the role of ada is none of viewer, operator, admin"),
        ('[users]\nada = { role = "admin", password = "secret" }', "cannot be used"),
        ('[users]\nada = { role = "admin", password = "argon:c2FsdA==:c2FsdA==" }', "begins with scrypt:"),
        ('[users]\nada = { password = "scrypt:YQ==:YQ==" }', "cannot be used"),
        # A character too many would be passed over, and the hash be another one.
        ('[users]\nada = { role = "admin", password = "scrypt:c2F*sdA==:c2FsdA==" }', "cannot be used"),
        ('[users]\nada = { role = "admin", password = "scrypt:c2FsdA==:c2F*sdA==" }', "cannot be used"),
    ],
)
def test_a_users_file_that_makes_no_sense_is_named_and_lets_nobody_in(
    tmp_path: Path, users: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"users\.toml.*{problem}") as refused:
        login_kind(settings_with(tmp_path, users))
    assert str(refused.value).endswith(
        'dana = { role = "operator", password = "scrypt:..." }; `hash-password` makes the last part.'
    )


def test_each_wrong_password_after_the_third_makes_the_next_wait_twice_as_long() -> None:
    now, waits = [0.0], []
    throttle = LoginThrottle(lambda: now[0])
    for _ in range(6):
        throttle.failed("name ada", "address 10.0.0.1")
        waits.append(throttle.seconds_to_wait("name ada"))
        now[0] += waits[-1]
    assert waits == [0, 0, 0, 3, 5, 9]
    assert throttle.seconds_to_wait("name ada", "address 10.0.0.1") == 0
    assert throttle.seconds_to_wait("name oleg") == 0


def test_the_wait_doubles_up_to_five_minutes_and_a_success_ends_it() -> None:
    throttle = LoginThrottle(lambda: 0.0)
    waits = []
    for _ in range(14):
        throttle.failed("ada")
        waits.append(throttle.seconds_to_wait("ada"))
    # Whole seconds are shown, never too few.
    assert waits == [0, 0, 0, 3, 5, 9, 17, 33, 65, 129, 257, 301, 301, 301]
    throttle.succeeded("ada")
    assert throttle.seconds_to_wait("ada") == 0


def test_who_must_wait_for_one_of_a_name_and_an_address_waits_for_the_longer() -> None:
    throttle = LoginThrottle(lambda: 0.0)
    for keys in (("ada",), ("ada", "here"), ("ada", "here"), ("ada", "here"), ("ada", "here")):
        throttle.failed(*keys)
    assert (throttle.seconds_to_wait("here"), throttle.seconds_to_wait("ada")) == (3, 5)
    assert throttle.seconds_to_wait("here", "ada") == throttle.seconds_to_wait("ada", "here") == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("unknown", "unknown"),
    ],
)
def test_the_throttle_counts_an_ipv6_address_as_its_prefix(address: str, network: str) -> None:
    assert throttled_network(address) == network


def test_ever_new_names_push_out_the_oldest_failures_and_no_newer_ones() -> None:
    throttle = LoginThrottle(lambda: 0.0)
    for name in ("first", "second"):
        for _ in range(4):
            throttle.failed(name)
    throttle.failed("first")
    for number in range(9_999):
        throttle.failed(f"name {number}")
    assert [throttle.seconds_to_wait(name) > 0 for name in ("first", "second")] == [True, False]
    throttle.failed("one more")
    assert throttle.seconds_to_wait("first") == 0


def test_a_session_ends_after_its_time_or_when_it_is_ended() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    first, second = sessions.begin(ADA), sessions.begin(ADA)
    sessions.end(first)
    assert [sessions.user(token) for token in (first, second, "guessed", None)] == [None, ADA, None, None]
    now[0] = SESSION_SECONDS
    assert sessions.user(second) is None


def test_a_new_session_ends_no_other_that_still_runs() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    first = sessions.begin(ADA)
    now[0] = SESSION_SECONDS - 1
    second = sessions.begin(OLEG)
    assert [sessions.user(token) for token in (first, second)] == [ADA, OLEG]
    assert len({sessions.begin(ADA) for _ in range(100)}) == 100
    assert len(first) >= 43, "256 bits, in letters"


def test_a_password_matches_its_own_hash_only(tmp_path: Path) -> None:
    line = f'[users]\nAda = {{ role = "admin", password = "{hash_password(PASSWORD)}" }}\n'
    ada = read_users(settings_with(tmp_path, line).users_file)["ada"]
    assert [password_matches(typed, ada) for typed in (PASSWORD, PASSWORD + " ", "")] == [True, False, False]
    assert not password_matches(PASSWORD, None)
    assert hash_password(PASSWORD) != hash_password(PASSWORD)
    assert PASSWORD not in repr(ada)


def test_a_hash_of_an_earlier_version_still_opens() -> None:
    assert password_matches(PASSWORD, User("ada", Role.ADMIN, HASH))
    assert not password_matches(PASSWORD.upper(), User("ada", Role.ADMIN, HASH))


def test_a_hash_has_a_long_salt_of_its_own_and_is_not_in_what_is_printed_of_its_user() -> None:
    salts = {hash_password(PASSWORD).split(":")[1] for _ in range(2)}
    assert [len(b64decode(salt)) for salt in salts] == [16, 16]
    assert HASH not in repr(User("ada", Role.ADMIN, HASH))


def test_a_name_that_nobody_has_costs_as_much_as_one_that_somebody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[dict[str, Any]] = []
    scrypt = hashlib.scrypt

    def noted(password: bytes, **cost: Any) -> bytes:
        costs.append({name: value for name, value in cost.items() if name != "salt"})
        return scrypt(password, **cost)

    monkeypatch.setattr(roles.hashlib, "scrypt", noted)
    for user in (None, User("by mail", Role.VIEWER), User("ada", Role.ADMIN, HASH)):
        password_matches("wrong", user)
    assert costs == [costs[0]] * 3
    assert costs[0]["n"] >= 2**14


def test_a_password_has_at_least_ten_characters() -> None:
    assert password_matches("0123456789", User("ada", Role.ADMIN, hash_password("0123456789")))
    with pytest.raises(UsageError, match="at least 10 characters"):
        hash_password("012345678")


@pytest.mark.parametrize(
    ("users", "more", "kind"),
    [
        ('ada = { role = "admin" }', OIDC, "oidc"),
        (f'ada = {{ role = "admin", password = "{HASH}" }}', OIDC, "oidc"),
        ('ada = { role = "admin" }', {}, None),
        ("", {}, None),
        (f'ada = {{ role = "admin" }}\nvera = {{ role = "viewer", password = "{HASH}" }}', {}, "password"),
        (f'ada = {{ role = "admin", password = "{HASH}" }}', {"SHIPLEDGER_ADDRESS": "0.0.0.0"}, "password"),
    ],
)
def test_the_login_is_the_providers_else_by_password_when_anybody_has_one(
    tmp_path: Path, users: str, more: dict[str, str], kind: str | None
) -> None:
    assert login_kind(settings_with(tmp_path, f"[users]\n{users}\n", **more)) == kind


@pytest.mark.parametrize(
    ("users", "more", "sentence"),
    [
        ("", {"SHIPLEDGER_ADDRESS": "0.0.0.0"}, "no login is configured"),
        ("", OIDC, "Nobody could do anything after logging in"),
        # Without a password nobody could log in, and beyond this machine nobody is asked to.
        ('[users]\nada = { role = "admin" }', {"SHIPLEDGER_ADDRESS": "192.168.1.5"}, "no login is configured"),
    ],
)
def test_a_configuration_that_opens_the_page_to_nobody_or_to_all_is_refused(
    tmp_path: Path, users: str, more: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        login_kind(settings_with(tmp_path, users, **more))


def test_only_this_machines_own_addresses_need_no_login() -> None:
    addresses = ("127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "::", "192.168.1.5", "10.0.0.1")
    assert [address for address in addresses if is_loopback(address)] == ["127.0.0.1", "127.8.9.1", "::1"]


def test_users_are_known_in_any_spelling_and_a_missing_file_has_none(tmp_path: Path) -> None:
    users = read_users(settings_with(tmp_path, '[users]\n"Ada@Example.com" = { role = "operator" }').users_file)
    assert users == {"ada@example.com": User("Ada@Example.com", Role.OPERATOR)}
    assert read_users(tmp_path / "none.toml") == {}


@pytest.mark.parametrize(
    "now", [None, User("ada", Role.VIEWER, "scrypt:YQ==:YQ=="), User("ada", Role.ADMIN, "new")]
)
def test_a_removed_user_another_role_and_another_password_end_the_sessions(now: User | None) -> None:
    sessions = Sessions(lambda: 0.0)
    ada, oleg = sessions.begin(ADA), sessions.begin(OLEG)
    users = {"oleg": OLEG} | ({"ada": now} if now else {})
    assert sessions.unchanged_user(ada, {"ada": ADA}) == ADA
    assert sessions.unchanged_user(ada, users) is None
    assert sessions.unchanged_user(ada, {"ada": ADA}) is None, "it has ended for good"
    assert sessions.unchanged_user(oleg, users) == OLEG
