"""What the page uses of `workflows`, all of it: a contract in pyproject.toml lets the page import nothing else.

Whoever writes another front end starts here. Nothing below opens the warehouse. What draws PDF and XLSX is
imported when a report is made, so that the page starts without it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# Uploads of carriers' bills.
from workflows.carrier_bills.uploads import store_upload

# Closes of day, week and month.
from workflows.closes.close_summary import format_mail_states, mail_key
from workflows.closes.readiness import check_loaded, loaded_of, ready_to_close, retry_job
from workflows.closes.since_close import read_changes

# Configuration, people, periods.
from workflows.config.dates import Dates
from workflows.config.formatting import run_out
from workflows.config.home_directory import finish_interrupted_restore
from workflows.config.job_kinds import CLOSES, KINDS
from workflows.config.mail_settings import NO_SERVER, SET_A_SERVER
from workflows.config.periods import CloseKind, Period, period_of, period_to_close
from workflows.config.roles import Person, Role, User, login_kind, password_matches, read_users
from workflows.config.setting_types import LOOPBACK
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.sku_spelling import printed, spelled
from workflows.config.snapshots import open_snapshot
from workflows.config.thresholds import LATEST_EXPIRY_YEARS, SLOW_SYNC_SECONDS, STALE_AFTER
from workflows.config.worker_lock import worker_is_running

# What the cycle records besides the published snapshot.
from workflows.cycle.key_figures import key_figures
from workflows.cycle.last_read import Read, last_read
from workflows.cycle.open_units import Measurement, read_open_units
from workflows.cycle.published_state import read_published

# Operators' entries, notes and switches, and the audit log of logins.
from workflows.entries.acknowledgements import (
    LONGEST_NOTE,
    Acknowledgement,
    AcknowledgementsUnreadable,
    acknowledge,
    current_acknowledgements,
    take_back,
)
from workflows.entries.close_log import Close, last_close, recent_closes
from workflows.entries.drafts import (
    ENDED,
    Draft,
    DraftKind,
    begin_draft,
    change_draft,
    end_draft,
    open_drafts,
    read_draft,
)
from workflows.entries.entry_log import NO_EXPIRY, Entry, LotState
from workflows.entries.expected_stock import WITHOUT_LOT, lots_entered_since
from workflows.entries.later_counts import CountAnswer, CountUnanswered
from workflows.entries.login_log import (
    LOGIN,
    LOGOUT,
    MOST_REFUSALS,
    REFUSAL,
    LoginEvent,
    recent_login_events,
    record_login_event,
)
from workflows.entries.lot_states import record_lot_state
from workflows.entries.proportion import out_of_proportion
from workflows.entries.recording import EntryRequest, RecordedEntry, expect_on_hand, recent_entries, record_entry
from workflows.entries.reversing import reversal_id, reversal_of
from workflows.entries.switches import Switch, read_switches, turn_switch
from workflows.errors import (
    AlreadyRunning,
    BuildFailed,
    CloseRefused,
    ConfigurationError,
    EntryRefused,
    NotAllowed,
    ShipledgerError,
    UsageError,
    on_page,
)

# Jobs and mail.
from workflows.jobs.client import Job, JobClient, has_store, job_client, reading_job_client
from workflows.jobs.progress import percent

# The lake that a page without a worker reads from.
from workflows.lake.lake_note import LakeNote, read_lake_note
from workflows.mail import Delivery, read_outbox
from workflows.mail import retry_mail as requeue_mail

# Checks, alerts, and the kinds of exceptions.
from workflows.monitoring.check_log import HealthPoint, health_history, with_since
from workflows.monitoring.checks import Check
from workflows.monitoring.condition_checks import failed_conditions
from workflows.monitoring.exception_kinds import EMPTY_ORDERS, exception_kind
from workflows.monitoring.prometheus import CONTENT_TYPE as METRICS_CONTENT_TYPE
from workflows.monitoring.prometheus import read_metrics
from workflows.monitoring.system_state import read_system_state

# The comparison with the former system.
from workflows.parity.comparison import Difference
from workflows.parity.comparison_log import ParityRun, differences_of, format_explanation
from workflows.parity.comparison_log import recent_runs as recent_comparisons
from workflows.parity.cutover_log import DONE, ROLLED_BACK, last_event
from workflows.parity.explanations import CLASS_WORDS, CLASSES, UNEXPLAINED

# Reports.
from workflows.reports.coverage import Loaded, not_loaded
from workflows.reports.document import Document
from workflows.reports.lot_facts import LotFacts, read_lot
from workflows.reports.monthly import bill_month
from workflows.reports.recall import SHIPMENTS, lot_recall_csv, lot_recall_pdf, lot_recall_xlsx
from workflows.reports.report_archive import archived_report
from workflows.reports.series_colors import CHARGES, DARK, LIGHT, OTHERS, series_colors
from workflows.reports.snapshot_source import Source
from workflows.reports.snapshot_source import open_snapshot as open_source
from workflows.reports.tables import csv_bytes
from workflows.reports.weekly import report_week

__all__ = [
    "CHARGES",
    "CLASSES",
    "CLASS_WORDS",
    "CLOSES",
    "DARK",
    "DONE",
    "EMPTY_ORDERS",
    "ENDED",
    "KINDS",
    "LATEST_EXPIRY_YEARS",
    "LIGHT",
    "LOGIN",
    "LOGOUT",
    "LONGEST_NOTE",
    "LOOPBACK",
    "METRICS_CONTENT_TYPE",
    "MOST_REFUSALS",
    "NO_EXPIRY",
    "NO_SERVER",
    "OTHERS",
    "REFUSAL",
    "ROLLED_BACK",
    "SET_A_SERVER",
    "SHIPMENTS",
    "SLOW_SYNC_SECONDS",
    "STALE_AFTER",
    "UNEXPLAINED",
    "WITHOUT_LOT",
    "Acknowledgement",
    "AcknowledgementsUnreadable",
    "AlreadyRunning",
    "BuildFailed",
    "Check",
    "Close",
    "CloseKind",
    "CloseRefused",
    "ConfigurationError",
    "CountAnswer",
    "CountUnanswered",
    "Dates",
    "Delivery",
    "Difference",
    "Document",
    "Draft",
    "DraftKind",
    "Entry",
    "EntryRefused",
    "EntryRequest",
    "HealthPoint",
    "Job",
    "JobClient",
    "LakeNote",
    "Loaded",
    "LoginEvent",
    "LotFacts",
    "LotState",
    "Measurement",
    "NotAllowed",
    "ParityRun",
    "Period",
    "Person",
    "Read",
    "RecordedEntry",
    "Role",
    "Settings",
    "ShipledgerError",
    "Source",
    "Switch",
    "UsageError",
    "User",
    "acknowledge",
    "archived_report",
    "begin_draft",
    "bill_month",
    "change_draft",
    "check_loaded",
    "csv_bytes",
    "current_acknowledgements",
    "differences_of",
    "end_draft",
    "exception_kind",
    "expect_on_hand",
    "failed_conditions",
    "finish_interrupted_restore",
    "format_explanation",
    "format_mail_states",
    "has_store",
    "health_history",
    "job_client",
    "key_figures",
    "last_close",
    "last_event",
    "last_read",
    "loaded_of",
    "login_kind",
    "lot_recall_csv",
    "lot_recall_pdf",
    "lot_recall_xlsx",
    "lots_entered_since",
    "mail_key",
    "make_report",
    "not_loaded",
    "on_page",
    "open_drafts",
    "open_snapshot",
    "out_of_proportion",
    "password_matches",
    "percent",
    "period_of",
    "period_to_close",
    "printed",
    "read_changes",
    "read_draft",
    "read_lake_note",
    "read_lot",
    "read_metrics",
    "read_open_units",
    "read_outbox",
    "read_published",
    "read_settings",
    "read_switches",
    "read_system_state",
    "read_users",
    "reading_job_client",
    "ready_to_close",
    "recent_closes",
    "recent_comparisons",
    "recent_entries",
    "recent_login_events",
    "record_entry",
    "record_login_event",
    "record_lot_state",
    "report_week",
    "requeue_mail",
    "retry_job",
    "reversal_id",
    "reversal_of",
    "run_out",
    "series_colors",
    "spelled",
    "store_upload",
    "take_back",
    "turn_switch",
    "with_since",
    "worker_is_running",
]


def make_report(snapshot: Path, locale: str, describe: Callable[[Source], Document], *, as_pdf: bool) -> bytes:
    """Return a report as a PDF, or else as an XLSX.

    Args:
        snapshot: The snapshot's file.
        locale: How dates are printed.
        describe: Returns the report's content, read from the snapshot.
        as_pdf: Whether to make a PDF.
    """
    with open_source(snapshot, locale) as source:
        document = describe(source)
    if as_pdf:
        from workflows.reports.pdf import make_pdf

        return make_pdf(document)
    from workflows.reports.workbook import make_workbook

    return make_workbook(document)
