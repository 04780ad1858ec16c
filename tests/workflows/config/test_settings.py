"""The configuration as tables: what holds when nothing is set, what is refused by its name, and what is secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflows.config import settings as module
from workflows.config import settings_reader
from workflows.config.env_file import read_log_format
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings, secrets, variable_of
from workflows.errors import WRONG_CONFIGURATION, ConfigurationError

OIDC = {
    "SHIPLEDGER_OIDC_METADATA_URL": "https://id.example/.well-known/openid-configuration",
    "SHIPLEDGER_OIDC_CLIENT_ID": "shipledger",
    "SHIPLEDGER_OIDC_CLIENT_SECRET": "s3cret-of-oidc",
    "SHIPLEDGER_PAGE_URL": "https://page.example/",
}


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project without a `.env` of whoever runs the tests."""
    for one in (module, settings_reader):
        monkeypatch.setattr(one, "PROJECT", tmp_path)
    return tmp_path


def test_with_nothing_set_the_promised_defaults_hold_and_nothing_is_sent(project: Path) -> None:
    settings = read_settings({})
    assert (settings.home, settings.timezone.key) == (project / "data", "America/Chicago")
    assert (settings.base_url, settings.rate_limit) == ("https://ssapi.shipstation.com", 40)
    assert (settings.retry_seconds, settings.overlap_minutes, settings.count_tolerance) == (60, 15, 2)
    assert (settings.retention_days, settings.recall_years) == (400, 3)
    assert (settings.sync_minutes, settings.import_minutes, settings.upload_minutes) == (5, 5, 5)
    assert (settings.parity_minutes, settings.address, settings.allow_upload) == (120, "127.0.0.1", False)
    assert (settings.api_key, settings.api_secret, settings.oidc, settings.mail) == (None, None, None, None)
    assert (settings.xcart_path, settings.legacy_url, settings.system_database_url) == (None, None, None)
    assert settings.workflow_database_url == f"sqlite:///{project / 'data' / 'workflows.sqlite'}"
    # A variable that is there and empty is as good as none.
    names = (
        "HOME",
        "TIMEZONE",
        "RATE_LIMIT",
        "XCART_PATH",
        "LEGACY_URL",
        "ADDRESS",
        "USERS",
        "PARITY",
        "ALLOW_UPLOAD",
    )
    assert read_settings({f"SHIPLEDGER_{name}": "" for name in names}) == settings


def test_the_file_env_is_read_and_a_variable_wins_even_when_it_is_empty(project: Path) -> None:
    lines = (
        "SHIPLEDGER_RATE_LIMIT=30",
        "SHIPLEDGER_SYNC_MINUTES=10",
        "SHIPSTATION_API_KEY='key'",
        "SHIPLEDGER_HOME",
    )
    (project / ".env").write_text("\n".join(lines))
    settings = read_settings({"SHIPLEDGER_RATE_LIMIT": "20", "SHIPLEDGER_SYNC_MINUTES": ""})
    assert (settings.rate_limit, settings.sync_minutes, settings.api_key) == (20, 5, "key")
    assert settings.home == project / "data"
    (project / ".env").write_text("SHIPLEDGER_RATE_LIMIT=none")
    with pytest.raises(ConfigurationError, match="SHIPLEDGER_RATE_LIMIT is 'none'"):
        read_settings({})


def test_a_relative_path_in_the_file_env_means_the_same_from_any_directory(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("SHIPLEDGER_HOME=./ledger", "SHIPLEDGER_USERS=people.toml", "SHIPLEDGER_XCART_PATH=/srv/shop")
    (project / ".env").write_text("\n".join(lines))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    settings = read_settings({})
    assert (settings.home, settings.users_file) == (project / "ledger", project / "people.toml")
    assert settings.xcart_path == Path("/srv/shop")
    # A shell's variable is relative to where the shell is, as everywhere.
    assert read_settings({"SHIPLEDGER_HOME": "mine"}).home == elsewhere / "mine"
    assert read_settings({"SHIPLEDGER_HOME": ""}).home == project / "data"


@pytest.mark.parametrize(
    ("given", "environment", "log_format"),
    [
        ("", {}, "text"),
        ("SHIPLEDGER_LOG_FORMAT=json", {}, "json"),
        ("SHIPLEDGER_LOG_FORMAT=json", {"SHIPLEDGER_LOG_FORMAT": "text"}, "text"),
        ("SHIPLEDGER_RATE_LIMIT=many", {"SHIPLEDGER_LOG_FORMAT": "json"}, "json"),
    ],
)
def test_the_log_format_is_known_before_and_without_the_other_settings(
    project: Path, given: str, environment: dict[str, str], log_format: str
) -> None:
    (project / ".env").write_text(given)
    assert read_log_format(project / ".env", environment) == log_format


@pytest.mark.parametrize(
    ("text", "may"), [("1", True), (" 1 ", True), ("0", False), ("true", False), ("yes", False), ("", False)]
)
def test_only_a_1_lets_an_upload_send(text: str, may: bool) -> None:
    assert read_settings({"SHIPLEDGER_ALLOW_UPLOAD": text}).allow_upload is may


def test_secrets_are_in_no_representation_and_so_in_no_log_and_no_error() -> None:
    secrets = {
        "SHIPSTATION_API_KEY": "key-of-the-api",
        "SHIPSTATION_API_SECRET": "s3cret-of-the-api",
        "SHIPLEDGER_SYSTEM_DATABASE_URL": "postgresql://u:s3cret-of-dbos@db/x",
        "SHIPLEDGER_LEGACY_URL": "postgresql://u:s3cret-of-theirs@db/y",
    }
    settings = read_settings(secrets | OIDC)
    assert settings.api_secret == "s3cret-of-the-api"
    assert settings.oidc is not None
    assert settings.oidc.client_secret == "s3cret-of-oidc"
    assert "s3cret" not in repr(settings)
    assert "key-of-the-api" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHIPLEDGER_RATE_LIMIT", "0"),
        ("SHIPLEDGER_BUILD_MEMORY", "plenty"),
        ("SHIPLEDGER_RATE_LIMIT", "inf"),
        ("SHIPLEDGER_RETRY_SECONDS", "-1"),
        ("SHIPLEDGER_RETRY_SECONDS", "nan"),
        ("SHIPLEDGER_OVERLAP_MINUTES", "-0.1"),
        ("SHIPLEDGER_COUNT_TOLERANCE", "-1"),
        ("SHIPLEDGER_RETENTION_DAYS", "36501"),
        ("SHIPLEDGER_RECALL_YEARS", "101"),
        ("SHIPLEDGER_TIMEZONE", "Chicago"),
        ("SHIPLEDGER_TIMEZONE", "../etc/passwd"),
        ("SHIPLEDGER_LOCALE", "American"),
        ("SHIPLEDGER_LOCALE", "en-XX"),
        ("SHIPLEDGER_LOCALE", "../etc/passwd"),
        *(("SHIPLEDGER_LOCALE", locale) for locale in ("ko-KR", "ar-EG", "fa-IR", "ja-JP", "ab-GE")),
        ("SHIPLEDGER_ADDRESS", "example.com"),
        ("SHIPSTATION_BASE_URL", "ssapi.shipstation.com"),
        ("SHIPSTATION_BASE_URL", "ftp://ssapi.shipstation.com"),
        ("SHIPSTATION_BASE_URL", "https://"),
        ("SHIPSTATION_BASE_URL", "https://key@ssapi.shipstation.com"),
        ("SHIPSTATION_BASE_URL", "https://:secret@ssapi.shipstation.com"),
        ("SHIPSTATION_BASE_URL", "https://ssapi.shipstation.com/?a=b"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "s3cret"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "sqlite:////tmp/s3cret.sqlite"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "mysql://u:s3cret@db/x"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "postgresql://u:s3cret@db"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "postgresql://u:s3cret@db:port/x"),
        ("SHIPLEDGER_SYSTEM_DATABASE_URL", "postgresql://u:s3cret#@db/x"),
        *(("SHIPLEDGER_HOME", f"/srv/a{sign}b/ledger") for sign in "?#%\\*[]{}\"',;:&=$!|<>^`\n\udcff"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as refusal:
        read_settings({name: value})
    assert refusal.value.exit_code == WRONG_CONFIGURATION
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "read"),
    [
        ("SHIPLEDGER_RATE_LIMIT", "1", "rate_limit", 1),
        ("SHIPLEDGER_RETRY_SECONDS", "0", "retry_seconds", 0),
        ("SHIPLEDGER_OVERLAP_MINUTES", "0.5", "overlap_minutes", 0.5),
        ("SHIPLEDGER_COUNT_TOLERANCE", "0", "count_tolerance", 0),
        ("SHIPLEDGER_RETENTION_DAYS", "0", "retention_days", 0),
        ("SHIPLEDGER_RETENTION_DAYS", "36500", "retention_days", 36_500),
        ("SHIPLEDGER_RECALL_YEARS", "100", "recall_years", 100),
        ("SHIPLEDGER_LOCALE", "de_DE.UTF-8", "locale", "de-DE"),
        *(("SHIPLEDGER_LOCALE", locale, "locale", locale) for locale in ("el-GR", "uk-UA", "he-IL", "vi-VN")),
        ("SHIPLEDGER_ADDRESS", "localhost", "address", "127.0.0.1"),
        ("SHIPLEDGER_ADDRESS", "0.0.0.0", "address", "0.0.0.0"),
        ("SHIPSTATION_BASE_URL", "http://127.0.0.1:8080/", "base_url", "http://127.0.0.1:8080"),
        ("SHIPLEDGER_HOME", "~/ledger", "home", Path.home() / "ledger"),
        ("SHIPLEDGER_HOME", "/srv/a b ñ日本 (1)", "home", Path("/srv/a b ñ日本 (1)")),
    ],
)
def test_a_value_at_its_bound_is_taken(name: str, value: str, attribute: str, read: object) -> None:
    assert getattr(read_settings({name: value}), attribute) == read


def test_a_default_home_whose_path_would_be_misread_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "PROJECT", tmp_path / "C#")
    with pytest.raises(ConfigurationError, match=r"SHIPLEDGER_HOME: the path .* contains '#'"):
        read_settings({})


def test_a_login_is_configured_whole_or_not_at_all() -> None:
    settings: Settings = read_settings(OIDC)
    assert settings.oidc is not None
    assert settings.oidc.page_url == "https://page.example"
    for name in OIDC:
        partly = {other: value for other, value in OIDC.items() if other != name}
        with pytest.raises(ConfigurationError, match=f"The login needs {name} too"):
            read_settings(partly)
    # Where the page is says nothing of a login.
    assert read_settings({"SHIPLEDGER_PAGE_URL": "https://page.example"}).oidc is None


def test_a_copy_with_another_mail_server_or_login_has_it() -> None:
    server = {"SHIPLEDGER_SMTP_URL": "smtp://mail.example", "SHIPLEDGER_MAIL_FROM": "a@example.com"}
    settings = read_settings(OIDC | server | {"SHIPLEDGER_MAIL_TO": "b@example.com"})
    assert settings.mail is not None
    assert settings.model_copy(update={"smtp_url": None}).mail is None
    assert settings.model_copy(update={"oidc_metadata_url": None, "oidc_client_id": None}).oidc is None


@pytest.mark.parametrize("name", secrets())
def test_each_secret_can_be_in_a_file(name: str, tmp_path: Path) -> None:
    urls = {
        "system_database_url": "postgresql://db/x",
        "webhook_url": "https://hooks.example/x",
        "lake_catalog": "ducklake:postgres:dbname=lake",
    }
    url = urls.get(name, "smtp://mail.example")
    (tmp_path / "secret").write_text(f"{url}\n")
    addresses = {"SHIPLEDGER_MAIL_FROM": "a@example.com", "SHIPLEDGER_MAIL_TO": "b@example.com"}
    house = {"SHIPLEDGER_HOUSE": "dallas", "SHIPLEDGER_LAKE_DATA": "/lake"}
    settings = read_settings(addresses | house | {f"{variable_of(name)}_FILE": str(tmp_path / "secret")})
    assert getattr(settings, name) == url


def test_a_secret_that_cannot_be_read_is_an_error_that_names_the_file_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_text("x" * 100_000)
    for file in ("missing", "empty", "binary", "large", "."):
        with pytest.raises(ConfigurationError, match=f"SHIPSTATION_API_SECRET_FILE, {tmp_path / file}, "):
            read_settings({"SHIPSTATION_API_SECRET_FILE": str(tmp_path / file)})
    both = {"SHIPSTATION_API_SECRET_FILE": str(tmp_path / "empty"), "SHIPSTATION_API_SECRET": "the-word"}
    with pytest.raises(ConfigurationError, match="are both set") as error:
        read_settings(both)
    assert "the-word" not in str(error.value)
    assert read_settings({"SHIPSTATION_API_SECRET_FILE": ""}).api_secret is None
