"""What is deployed: its health check asks a real page, and each variable and file that it names exists."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from page_process import Served, free_port

from workflows.config.secret_files import file_variable
from workflows.config.settings import PROJECT, Settings
from workflows.config.settings_reader import secrets, variable_of

DOCKERFILE, COMPOSE, UNIT = (
    PROJECT / "Dockerfile",
    PROJECT / "compose.yml",
    PROJECT / "deploy" / "shipledger.service",
)


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: name and arguments, on one line each."""
    lines = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text()).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line) if name != "#"]


def arguments(name: str) -> list[str]:
    return [rest for known, rest in instructions() if known == name]


def directives() -> dict[str, str]:
    """The last value of each directive of the unit."""
    lines = [line for line in UNIT.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_health_check_passes_on_a_page_that_answers_and_fails_where_none_does(served: Served) -> None:
    _python, *words = json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2])
    for port, is_healthy in ((served.url.rsplit(":", 1)[1], True), (str(free_port()), False)):
        command = [word.replace("8501", port) for word in words]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        assert (done.returncode == 0) is is_healthy, done.stderr


def test_the_image_runs_as_a_user_without_rights_and_keeps_data_in_the_volume() -> None:
    assert arguments("USER") == ["10001:10001"]
    assert arguments("VOLUME") == ["/data"]
    assert json.loads(arguments("ENTRYPOINT")[0]) == ["shipledger"]
    assert any("SHIPLEDGER_HOME=/data" in line for line in arguments("ENV"))
    # Nothing but locked versions with their hashes, and the package itself.
    installed = [line for line in arguments("RUN") if "pip install" in line]
    assert [("--require-hashes" in line, "--no-deps" in line) for line in installed] == [
        (True, False),
        (False, True),
    ]


def test_the_build_gets_what_the_wheel_is_made_of_and_no_data_and_no_secret() -> None:
    lines = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    taken = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert lines[0] == "*"
    assert [name for name in taken if not (PROJECT / name).exists()] == []
    assert {"**/.env", "dbt_project/target"} <= set(lines)
    assert not {"data", ".env", "users.toml", ".git", ".venv"} & set(taken)


def test_every_variable_of_a_deployment_is_a_setting() -> None:
    known = {variable_of(name) for name in Settings.model_fields}
    known |= {file_variable(variable_of(name)) for name in secrets()}
    page = (PROJECT / "docs" / "deployment.md").read_text()
    named = re.findall(r"\b(?:SHIPLEDGER|SHIPSTATION)_[A-Z_]+", page + "".join(map(Path.read_text, FILES)))
    assert set(named) <= known
    assert {"SHIPLEDGER_HOME", "SHIPLEDGER_LOG_FORMAT"} <= set(named)


FILES = (DOCKERFILE, COMPOSE, UNIT)


def test_the_containers_page_is_this_machines_only_and_its_root_is_read_only() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    ours, postgres = services["shipledger"], services["postgres"]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert ours["ports"] == ["127.0.0.1:8501:8501"]
    assert "home:/data" in ours["volumes"]
    assert "./config:/etc/shipledger:ro" in ours["volumes"]
    # It is optional, and then started first.
    assert postgres["profiles"] == ["postgres"]
    assert ours["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}


def test_the_unit_serves_and_may_write_its_home_only() -> None:
    found = directives()
    assert shlex.split(found["ExecStart"])[1:] == ["serve"]
    assert found["User"] == "shipledger"
    assert (found["ProtectSystem"], found["ProtectHome"], found["NoNewPrivileges"]) == ("strict", "yes", "yes")
    assert f"SHIPLEDGER_HOME=/var/lib/{found['StateDirectory']}" in UNIT.read_text()
    assert not [name for name in found if name.startswith("ReadWrite")]
    assert found["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("code", [2, 78])
def test_a_wrong_configuration_is_not_tried_again(code: int) -> None:
    assert str(code) in directives()["RestartPreventExitStatus"].split()
