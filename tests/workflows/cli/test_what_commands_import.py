"""A command imports what it needs: who enters a receipt does not wait for the libraries of a sync."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import click
import pytest

import orchestrate
from workflows.cli.command_groups import COMMANDS

# What users and other programs rely on.
CONTRACT = {
    *("sync", "backfill", "eod", "eow", "eom", "receive", "adjust", "count", "status", "health", "reconcile"),
    *("serve", "sandbox", "demo"),
}
HEAVY = {"dbos", "dbt", "dlt", "streamlit", "sqlalchemy"}
_RUN = """
import json, sys
import orchestrate

orchestrate.main([sys.argv[1], "--help"])
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(command: str) -> set[str]:
    """The packages that a process has imported once it runs a command."""
    made = subprocess.run([sys.executable, "-c", _RUN, command], stdout=subprocess.PIPE, text=True, check=True)
    assert f"Usage: orchestrate.py {command}" in made.stdout
    return {name.partition(".")[0] for name in json.loads(made.stdout.splitlines()[-1])}


@pytest.mark.parametrize("command", ["receive", "adjust", "count", "repack", "lot", "hash-password"])
def test_an_entry_waits_for_no_library_of_jobs_loads_or_models(command: str) -> None:
    assert not imported_by(command) & HEAVY


@pytest.mark.parametrize("command", ["status", "sync", "eod"])
def test_what_follows_a_job_waits_for_no_library_of_loads_or_models(command: str) -> None:
    assert imported_by(command) & HEAVY == {"dbos", "sqlalchemy"}


def test_every_command_is_listed_and_is_where_it_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert orchestrate.main(["--help"]) == 0
    listed = capsys.readouterr().out
    context = click.Context(orchestrate.cli)
    names = orchestrate.cli.list_commands(context)
    assert set(names) >= CONTRACT
    for name in names:
        command = orchestrate.cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert f"\n  {name} " in listed


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_wait_for_no_command_and_no_settings(option: str) -> None:
    program = (
        f"import json, sys, orchestrate; orchestrate.main([{option!r}]); print(json.dumps(list(sys.modules)))"
    )
    made = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True)
    assert not {*json.loads(made.stdout.splitlines()[-1])} & {
        "pydantic",
        *(one.module for one in COMMANDS.values()),
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_can_be_called(name: str) -> None:
    context = click.Context(orchestrate.cli, info_name="shipledger")
    command = orchestrate.cli.get_command(context, name)
    assert command is not None
    called, *words = shlex.split(COMMANDS[name].example)
    assert called == name
    command.make_parser(context).parse_args(words)
    assert f"Example: shipledger {name}" in command.get_help(click.Context(command, context, name))
