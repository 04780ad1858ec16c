"""What the command line and the page both say is worded for each where it is written."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from workflows.closes.readiness import check_loaded
from workflows.config.dates import Dates
from workflows.config.mail_settings import NO_SERVER, SET_A_SERVER
from workflows.config.periods import period_of
from workflows.config.places import PROJECT
from workflows.entries.switches import SWITCHES
from workflows.errors import CloseRefused, PublicationRefused, ShipledgerError, load_advice, on_page, sync_advice
from workflows.lake.lake_note import LakeNote
from workflows.monitoring.condition_checks import SystemState, failed_conditions
from workflows.monitoring.exception_kinds import _KINDS
from workflows.reports.coverage import Gap, Loaded

ZONE = ZoneInfo("America/Chicago")
DATES = Dates("en-US", ZONE)
NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
# A date as in 2026-11-20, too.
COMMAND_LINE = re.compile(
    "orchestrate|[0-9]{4}-[0-9]{2}-[0-9]{2}|SHIPLEDGER_|SHIPSTATION_|--[a-z]|`|backfill --|\\bserve\\b"
)
# In a sentence: a command in backticks, an option, a variable.
OF_A_SENTENCE = re.compile(r"`[a-z]|`$|^`|(^|\s|\()--[a-z]|SHIP(LEDGER|STATION)_[A-Z]")
# What only the command line, the log, a mail or a program shows; and what is wrong in the configuration.
NOT_ON_THE_PAGE = (
    "ingest/sources/shipstation/__main__.py",
    "streamlit_app/launch.py",
    "streamlit_app/metrics.py",
    "workflows/cli/",
    "workflows/config/lake_settings.py",
    "workflows/config/mail_settings.py",
    "workflows/config/roles.py",
    "workflows/config/settings.py",
    "workflows/config/settings_reader.py",
    "workflows/cycle/reference_check.py",
    "workflows/monitoring/check_mail.py",
    "workflows/monitoring/prometheus.py",
    "workflows/monitoring/scheduled_jobs.py",
    "workflows/monitoring/service_checks.py",
    "workflows/parity/cutover.py",
    "workflows/reports/accounting.py",
)
# The same of single texts in files that the page shows texts of.
TEXTS_NOT_ON_THE_PAGE = {
    "workflows/backup/encryption.py": {"is encrypted, and SHIPLEDGER_BACKUP_PASSPHRASE is not set"},
    "workflows/backup/reading.py": {
        ". Nothing was changed. If you know where it comes from and that nobody could change it, use --trust."
    },
    "workflows/backup/signing.py": {"is signed with a passphrase, and SHIPLEDGER_BACKUP_PASSPHRASE is not set"},
    "workflows/closes/close_summary.py": {"period.command", " --force` makes a new version"},
    "workflows/xcart/uploading.py": {"SHIPLEDGER_ALLOW_UPLOAD is not 1"},
}


def _everything_wrong() -> SystemState:
    return SystemState(
        now=NOW,
        zone=ZONE,
        has_credentials=False,
        failures=[("sync", ShipledgerError("No room.", advice=sync_advice(" again")))],
        failed_tests=["unique_lots"],
        refused_publication=PublicationRefused("Less.", {}, advice=load_advice(date(2026, 11, 1), None)),
        read_at=NOW - timedelta(days=7),
        empty_orders=1_000,
        unhealthy=["keys are unique"],
        open_units=["17612"],
        lost_mail=["Invoice"],
        is_cutover_unfinished=True,
        parity_differences=3,
        lake=LakeNote("dallas", None, NOW, "Set SHIPLEDGER_LAKE.", "Ask an admin."),
    )


def _refusals() -> list[str]:
    opening, texts = date(2025, 9, 19), []
    for kind, day in (("eod", date(2026, 11, 20)), ("eom", date(2026, 10, 1)), ("eow", date(2025, 9, 1))):
        with pytest.raises(CloseRefused) as refused:
            check_loaded(period_of(kind, day), Loaded(ZONE, opening), NOW)  # type: ignore[arg-type]
        texts.append(on_page(refused.value))
    return texts


def test_no_message_of_the_page_names_a_command_an_option_a_variable_or_a_date_to_type() -> None:
    checks = failed_conditions(_everything_wrong())
    texts = [text for check in checks for text in (check.title, check.on_page)]
    texts += [text for kind in _KINDS.values() for text in (kind.why, kind.advice)]
    texts += [NO_SERVER, SET_A_SERVER.page, *SWITCHES.values(), *_refusals()]
    assert len(texts) > 80
    assert all(texts)
    assert [text for text in map(DATES.in_sentence, texts) if COMMAND_LINE.search(text)] == []


def test_a_sentence_names_commands_options_and_variables_only_in_advice_for_the_command_line() -> None:
    folders = ("ingest", "streamlit_app", "workflows")
    files = {str(file.relative_to(PROJECT)): file for name in folders for file in (PROJECT / name).rglob("*.py")}
    found = {
        name: set(_of_the_command_line(file))
        for name, file in sorted(files.items())
        if not name.startswith(NOT_ON_THE_PAGE)
    }
    assert len(found) > 200
    assert {name: texts for name, texts in found.items() if texts} == TEXTS_NOT_ON_THE_PAGE


def _of_the_command_line(file: Path) -> Iterator[str]:
    """Find the texts for the command line in a file that are no advice for it, no log lines and no docstrings."""
    tree = ast.parse(file.read_text())
    allowed = {id(inner) for node in ast.walk(tree) for part in _allowed(node) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in allowed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            if OF_A_SENTENCE.search(node.value):
                yield node.value
        elif isinstance(node, ast.FormattedValue) and re.search(r"\bcommand\b", ast.unparse(node.value)):
            yield ast.unparse(node.value)


def _allowed(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "Advice":
        return [node.args[0]]
    is_logged = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_command = isinstance(node, ast.FunctionDef) and node.name.endswith("command")
    return [node] if is_logged or is_docstring or is_command else []


@pytest.mark.parametrize(
    ("error", "command_line", "page"),
    [
        (
            CloseRefused("It is old.", {}, advice=sync_advice(", then close again")),
            "It is old. Run `sync`, then close again.",
            "It is old. Press Sync now in Runs and health, then close again.",
        ),
        (
            ShipledgerError("It lacks days.", advice=Gap(date(2026, 11, 1), date(2026, 11, 3)).advice()),
            "It lacks days. Run `backfill --since 2026-11-01 --until 2026-11-03`.",
            "It lacks days. Ask an admin to load the changes of 2026-11-01 to 2026-11-03.",
        ),
        (
            ShipledgerError(
                "It lacks days.", advice=Gap(date(2026, 11, 1), NOW.date(), is_followed=False).advice()
            ),
            "It lacks days. Run `backfill --since 2026-11-01`.",
            "It lacks days. Ask an admin to load the changes since 2026-11-01.",
        ),
        (ShipledgerError("Nothing to replace."), "Nothing to replace.", "Nothing to replace."),
        (ValueError("no such\n  file"), "no such\n  file", "no such file"),
    ],
)
def test_an_error_says_what_can_be_done_on_the_command_line_and_on_the_page(
    error: Exception, command_line: str, page: str
) -> None:
    stored = pickle.loads(pickle.dumps(error))
    assert [str(error), str(stored)] == [command_line] * 2
    assert [on_page(error), on_page(stored)] == [page] * 2


def test_an_error_that_an_earlier_release_stored_is_shown_without_backticks() -> None:
    stored = (
        b"cworkflows.errors\nCloseRefused\np0\n(VRun `sync`, then close again.\np1\n(dp2\nVreason\np3\n"
        b"Vold_snapshot\np4\nstp5\nRp6\n(dp7\nVfacts\np8\ng2\nsb."
    )
    error = pickle.loads(stored)
    assert (str(error), error.facts) == ("Run `sync`, then close again.", {"reason": "old_snapshot"})
    assert DATES.in_sentence(on_page(error)) == "Run sync, then close again."
