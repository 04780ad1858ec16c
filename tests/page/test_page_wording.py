"""What the command line and the page both say is worded for who reads it on the page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streamlit_app.data.page_wording import page_wording
from workflows.closes.readiness import check_loaded
from workflows.config.dates import Dates
from workflows.config.mail_settings import NO_SERVER
from workflows.config.periods import period_of
from workflows.entries.switches import SWITCHES
from workflows.errors import CloseRefused
from workflows.monitoring.condition_checks import SystemState, failed_conditions
from workflows.monitoring.exception_kinds import _KINDS
from workflows.reports.coverage import Loaded

ZONE = ZoneInfo("America/Chicago")
DATES = Dates("en-US", ZONE)
NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
# A date as in 2026-11-20, too.
COMMAND_LINE = re.compile(
    "orchestrate|[0-9]{4}-[0-9]{2}-[0-9]{2}|SHIPLEDGER_|SHIPSTATION_|--[a-z]|`|backfill --|\\bserve\\b"
)


def _everything_wrong() -> SystemState:
    return SystemState(
        now=NOW,
        zone=ZONE,
        has_credentials=False,
        failed_tests=["unique_lots"],
        read_at=NOW - timedelta(days=7),
        empty_orders=1_000,
        unhealthy=["keys are unique"],
        open_units=["17612"],
        lost_mail=["Invoice"],
        is_cutover_unfinished=True,
        parity_differences=3,
    )


def _refusals() -> list[str]:
    opening, texts = date(2025, 9, 19), []
    for kind, day in (("eod", date(2026, 11, 20)), ("eom", date(2026, 10, 1)), ("eow", date(2025, 9, 1))):
        with pytest.raises(CloseRefused) as refused:
            check_loaded(period_of(kind, day), Loaded(ZONE, opening), NOW)  # type: ignore[arg-type]
        texts.append(str(refused.value))
    return texts


def test_no_message_of_the_page_names_a_command_an_option_a_variable_or_a_date_to_type() -> None:
    checks = failed_conditions(_everything_wrong())
    texts = [text for check in checks for text in (check.title, check.detail)]
    texts += [text for kind in _KINDS.values() for text in (kind.why, kind.advice)]
    texts += [NO_SERVER, *SWITCHES.values(), *_refusals()]
    assert len(texts) > 80
    worded = [page_wording(text, DATES) for text in texts]
    assert [text for text in worded if COMMAND_LINE.search(text)] == []


@pytest.mark.parametrize(
    ("text", "worded"),
    [
        ("Run `sync`, then close again.", "Press Sync now in Runs and health, then close again."),
        (
            "It is not complete. Run `backfill --since 2026-11-01 --until 2026-11-03`, then close again. "
            "`--incomplete` closes it without them; then every page says so.",
            "It is not complete. Ask an admin to load the changes of Nov 1, 2026 to Nov 3, 2026, then close "
            "again.",
        ),
        (
            "Run `backfill --since 2026-11-01`, which loads them again. To publish without them, run "
            "`sync --accept-loss`.",
            "Ask an admin to load the changes since Nov 1, 2026, which loads them again.",
        ),
        ("Enter it with `adjust`.", "Enter it as an adjustment in Inventory."),
        ("Nothing to replace.", "Nothing to replace."),
    ],
)
def test_it_says_what_can_be_done_on_the_page_or_by_an_admin(text: str, worded: str) -> None:
    assert page_wording(text, DATES) == worded
