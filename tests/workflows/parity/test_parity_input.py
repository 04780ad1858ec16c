"""What `parity` answers when it is given something that cannot be compared, and where a password does not go."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from former_twin import FormerTwin
from homes import settings_of
from own_worker import done, working

from workflows.config.settings_reader import read_settings
from workflows.errors import ConfigurationError, ShipledgerError, UsageError
from workflows.jobs.client import JobClient
from workflows.parity.criteria import read_criteria
from workflows.parity.legacy_connection import checked_hours, known_source

PASSWORD = "s3cr3t-of-theirs"


def test_the_command_answers_with_one_object_and_the_differences(filled: CommandLine, tmp_path: Path) -> None:
    twin = FormerTwin(tmp_path / "former.db", (filled.home / "published" / "current.duckdb").resolve())
    twin.change("update orders_inbox set shipping_carrier_code = 'pigeon' where status = 'shipped'")
    answer = filled.run("parity", "--legacy", str(twin.path), "--hours", "72", "--actor", "mary")
    # Differences that nothing explains: a script that waits for parity sees it.
    assert answer.code == 1, answer.errors
    facts = answer.facts
    assert (facts["kind"], facts["hours"], facts["source"]) == ("parity", 72.0, f"sqlite:///{twin.path}")
    wrong = [one for one in facts["differences"] if one["class"] == "unexplained"]
    assert len(wrong) == facts["by_class"]["unexplained"] == facts["by_field"]["carrier"] > 0
    assert {one["theirs"] for one in wrong} == {"pigeon"}
    listed = filled.run("status").facts
    assert listed["last_runs"]["parity"]["actor"] == "mary"
    assert [one["level"] for one in listed["alerts"] if "former system" in one["message"]] == ["warning"]


@pytest.fixture(scope="module")
def jobs(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobClient]:
    home = tmp_path_factory.mktemp("input") / "home"
    shutil.copytree(built_home, home, symlinks=True)
    with working(settings_of(home)) as jobs:
        yield jobs


@pytest.mark.parametrize(
    ("source", "code", "sentence"),
    [
        ("missing.db", 1, "There is no file"),
        ("damaged.db", 1, "cannot be read"),
        ("poems.db", 1, "is not the former system's database"),
        ("nonsense://", 2, "no driver for nonsense"),
        ("postgresql://reader@127.0.0.1:9/former", 75, "does not answer"),
        ("postgresql://reader:***@127.0.0.1:9/former", 78, "does not know the password"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence_and_an_exit_code(
    jobs: JobClient, tmp_path: Path, source: str, code: int, sentence: str
) -> None:
    (tmp_path / "damaged.db").write_bytes(b"SQLite format 3\0" + b"\7" * 4096)
    (tmp_path / "poems.db").touch()
    job = done(jobs, "parity", legacy=source if "://" in source else str(tmp_path / source), hours=48)
    assert isinstance(job.error, ShipledgerError)
    assert (job.error.exit_code, sentence in str(job.error)) == (code, True), job.error


@pytest.mark.parametrize("hours", [0, -48, float("nan"), 1e9])
def test_hours_that_make_no_sense_are_wrong_usage(hours: float) -> None:
    with pytest.raises(UsageError, match="makes no sense"):
        checked_hours(hours)


def test_a_password_is_neither_shown_nor_kept(filled: CommandLine) -> None:
    answer = filled.run("parity", "--legacy", f"postgresql://reader:{PASSWORD}@127.0.0.1:9/former")
    assert (answer.code, "reader:***@127.0.0.1:9" in answer.facts["error"]) == (75, True), answer.facts
    assert "Traceback" not in answer.errors
    assert PASSWORD not in answer.errors + str(answer.facts)
    files = [path for path in filled.home.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not [path for path in files if PASSWORD.encode() in path.read_bytes()]


def test_a_password_in_a_parameter_is_hidden_and_remembered_like_one_before_the_host(tmp_path: Path) -> None:
    url = f"postgresql://127.0.0.1:9/former?user=reader&password={PASSWORD}&sslmode=disable"
    source = known_source(settings_of(tmp_path), url)
    assert (PASSWORD in source.shown, "password=***" in source.shown, "sslmode=disable" in source.shown) == (
        False,
        True,
        True,
    )
    assert PASSWORD in known_source(settings_of(tmp_path), source.shown).url


def test_without_a_former_system_the_configuration_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SHIPLEDGER_LEGACY_URL"):
        known_source(settings_of(tmp_path), None)


def test_criteria_that_make_no_sense_name_the_one(tmp_path: Path) -> None:
    criteria = tmp_path / "parity.toml"
    criteria.write_text(read_settings({}).parity_file.read_text().replace("hours = 48", "hours = -1"))
    with pytest.raises(ConfigurationError, match="hours is -1"):
        read_criteria(criteria)
