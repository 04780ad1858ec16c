"""The wheel: what is in it, and that it runs from there, with nothing of a clone beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from workflows.config.settings import PROJECT

_PACKAGES = ("ingest", "sandbox", "streamlit_app", "workflows")
_OF_DBT = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests")
_WRITTEN = ("__pycache__", "target", "logs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    [built] = WheelBuilder(str(PROJECT)).build(directory=str(tmp_path_factory.mktemp("dist")))
    return ZipFile(built)


@pytest.fixture(scope="module")
def installed(wheel: ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages, as an installer would leave it."""
    folder = tmp_path_factory.mktemp("site-packages")
    wheel.extractall(folder)
    return folder


def run(installed: Path, user: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the package as a user with this home directory and no variables."""
    return subprocess.run(
        [sys.executable, "-c", "import sys, orchestrate; sys.exit(orchestrate.installed_command())", *words],
        env={"HOME": str(user), "PYTHONPATH": str(installed), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def files_of(folder: Path) -> set[str]:
    found = folder.rglob("*") if folder.is_dir() else [folder]
    return {str(file.relative_to(PROJECT)) for file in found if file.is_file() and not {*_WRITTEN} & {*file.parts}}


def test_the_wheel_has_the_packages_the_dbt_project_and_the_command_and_nothing_else(wheel: ZipFile) -> None:
    code = {file for name in _PACKAGES for file in files_of(PROJECT / name)}
    models = {f"workflows/{file}" for name in _OF_DBT for file in files_of(PROJECT / "dbt_project" / name)}
    about = {name for name in wheel.namelist() if ".dist-info/" in name}
    assert {*wheel.namelist()} - about == {*code, *models, "orchestrate.py", "workflows/parity.toml"}
    assert {Path(name).suffix for name in code} >= {".py", ".css", ".svg", ".html", ".toml", ".ttf", ".sql"}
    assert any(name.endswith("entry_points.txt") for name in about)


def test_an_installed_package_keeps_its_data_and_configuration_where_the_platform_puts_them(
    installed: Path, tmp_path: Path
) -> None:
    before = sorted(installed.rglob("*"))
    configuration = tmp_path / ".config" / "shipledger"
    assert str(configuration) in " ".join(run(installed, tmp_path, "--help").stdout.split())
    refused = run(installed, tmp_path, "sync")
    assert (refused.returncode, str(configuration / ".env") in refused.stderr) == (78, True)
    configuration.mkdir(parents=True)
    (configuration / ".env").write_text("SHIPLEDGER_TIMEZONE=Europe/Paris\n")
    words = "--sku", "17612", "--lot", "250300", "--quantity", "5"
    received = run(installed, tmp_path, "receive", *words)
    assert received.returncode == 0, received.stderr
    assert (tmp_path / ".local" / "share" / "shipledger" / "operations.sqlite").exists()
    (configuration / ".env").write_text("SHIPLEDGER_TIMEZONE=nowhere\n")
    assert "SHIPLEDGER_TIMEZONE" in run(installed, tmp_path, "receive", *words).stderr
    assert sorted(installed.rglob("*")) == before


def test_the_version_is_the_one_that_pyproject_says_installed_and_in_a_clone(
    installed: Path, tmp_path: Path
) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    expected = f"shipledger {project['version']}\n"
    assert run(installed, tmp_path, "--version").stdout == expected
    command = [sys.executable, str(PROJECT / "orchestrate.py"), "--version"]
    in_a_clone = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert in_a_clone.stdout == expected


def test_a_shell_completes_commands_and_options(installed: Path, tmp_path: Path) -> None:
    def completed(line: str) -> list[str]:
        shell = {"_SHIPLEDGER_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        answer = subprocess.run(
            [sys.executable, "-c", "import orchestrate; orchestrate.installed_command()"],
            env={"HOME": str(tmp_path), "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"} | shell,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        return [word.partition(",")[2] for word in answer.stdout.split()]

    assert completed("shipledger re") == ["reconcile", "receive", "repack", "retry", "restore", "retention"]
    assert completed("shipledger receive --q") == ["--quantity"]


def test_what_runs_is_locked_in_the_same_versions_as_what_develops_and_without_its_tools() -> None:
    def locked(name: str) -> set[str]:
        lines = (PROJECT / name).read_text().splitlines()
        return {line.split(" ")[0].replace("[linkify]", "") for line in lines if line[:1].isalnum()}

    running, developing = locked("requirements.lock"), locked("requirements-dev.lock")
    assert running < developing
    tools = {"playwright", "pytest", "ruff", "mypy", "sqlfluff", "dbt-bouncer", "hatchling"}
    assert not {line.partition("==")[0] for line in running} & tools
    assert tools <= {line.partition("==")[0] for line in developing}
