"""What the command line says in words: each number in its place, what was done apart from what would be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from workflows.cli import backup_output, output
from workflows.cli.mail_commands import with_command
from workflows.cli.parity_commands import describe_parity
from workflows.migration.validation_table import format_checks

CYCLE: dict[str, Any] = {
    "orders_fetched": 5,
    "orders_changed": 2,
    "shipments_fetched": 3,
    "fulfillments_fetched": 1,
}
CYCLE |= {"api_requests": 4, "seconds": 1.25, "published": "s.duckdb", "accepted_loss": None}
COMPARED: dict[str, Any] = {
    "rows_there": {"orders": 20},
    "rows_here": {"orders": 19},
    "units_there": 40,
    "units_here": 38,
    "missing_here": 1,
    "missing_there": 2,
    "different": 3,
    "repaired": 4,
    "differences": [
        {"table": "orders", "key": 7, "kind": "missing_here", "fields": []},
        {"table": "orders", "key": 8, "kind": "different", "fields": ["orderStatus", "items"]},
    ],
}
ENTRY: dict[str, Any] = {"entry_type": "adjust_down", "quantity": 6, "shelf_gains": -6, "entry_id": "e1"}
ENTRY |= {"entry_date": date(2026, 11, 20), "sku_code": "17612", "lot_number": "250300", "from_lot": None}
ENTRY |= {"repeated": False, "balanced": [], "counted_quantity": None, "expected_quantity": None}
CLOSE: dict[str, Any] = {"kind": "eow", "title": "The week", "summary": "3 orders", "version": 1, "mail": ""}
CLOSE |= {"already_done": False, "closed_before": [], "reports": ["reports/w.pdf"], "since_then": ""}
PIGEON = {"class": "unexplained", "ours": "ups", "theirs": "pigeon", "explanation": "no rule explains it"}
UPLOAD: dict[str, Any] = {
    "uploaded": [{"order_number": "1", "shipstation_order_id": 71}],
    "planned": [
        {"order_number": "2", "lines": [{"quantity": 3, "sku_code": "17612", "lot_number": "250300"}]},
    ],
    "refused": [{"order_number": "4", "detail": "No."}],
    "held": [{"order_number": "5", "reason": "unknown_sku", "detail": "What is it?"}],
    "why_nothing_is_sent": "this was a dry run",
}
RETENTION: dict[str, Any] = {
    "rows": {"orders": {"recall": 3, "figures": 4}},
    "closed_before": date(2025, 10, 16),
    "published": None,
    "snapshots_rewritten": 0,
}


@pytest.mark.parametrize(
    ("built", "ends"), [(True, "Published s.duckdb."), (False, "Nothing new; s.duckdb stays current.")]
)
def test_a_cycle_says_what_was_read_and_whether_something_new_was_published(built: bool, ends: str) -> None:
    assert output.describe_cycle(CYCLE | {"built": built}) == (
        "5 orders read, 2 of them new or changed; 3 shipments and 1 fulfillments read; 4 requests, 1.2 s.\n" + ends
    )


def test_a_cycle_that_published_less_says_what_is_missing() -> None:
    lost = "3 of 9 orders, last changed 2026-09-01 to 2026-09-15"
    described = output.describe_cycle(CYCLE | {"built": True, "accepted_loss": lost})
    assert described.splitlines()[-1] == f"The loss was accepted: {lost} are missing."


def test_a_comparison_has_shipstation_on_the_left_and_names_each_difference() -> None:
    lines = [line.split() for line in output.describe_comparison(COMPARED).splitlines()]
    assert lines[:3] == [["ShipStation", "here"], ["orders", "20", "19"], ["units", "40", "38"]]
    assert output.describe_comparison(COMPARED).splitlines()[3:] == [
        "1 missing here, 2 missing there, 3 different; 4 repaired.",
        "  orders 7: missing here",
        "  orders 8: different (orderStatus, items)",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "2026-11-20, 17612, lot 250300: adjust down of 6; the shelf gains -6.\nEntry e1. The next sync brings",
        ),
        ({"lot_number": None}, "2026-11-20, 17612: adjust down of 6; the"),
        ({"entry_type": "repack", "from_lot": "250237"}, "repack of 6 from lot 250237; the shelf"),
        ({"repeated": True}, "Entry e1. Recorded before; nothing was added."),
        (
            {"entry_type": "count", "counted_quantity": 9, "expected_quantity": 15},
            "lot 250300: 9 counted, 15 expected; the shelf gains -6.",
        ),
        (
            {"balanced": [{"quantity": 6, "entry_date": date(2026, 11, 21)}]},
            "A count difference of +6 on 2026-11-21 keeps the stock as it was counted.",
        ),
    ],
)
def test_an_entry_says_what_the_shelf_gains_and_whether_it_was_recorded_before(
    changes: dict[str, Any], words: str
) -> None:
    assert words in output.describe_entry(ENTRY | changes)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["The week is closed: 3 orders.", "  reports/w.pdf"]),
        ({"version": 2, "mail": "sent to 1 recipient"}, [
            "The week is closed (version 2): 3 orders.", "  reports/w.pdf", "Mail: sent to 1 recipient.",
        ]),
        ({"already_done": True, "closed_by": "Dana", "since_then": "Since then: +1 orders."}, [
            "The week is closed already, by Dana: 3 orders.", "Since then: +1 orders.", "  reports/w.pdf",
        ]),
        ({"closed_before": [CLOSE | {"title": "Friday", "reports": ["reports/d.pdf"]}]}, [
            "Friday: 3 orders.", "The week is closed: 3 orders.", "  reports/d.pdf", "  reports/w.pdf",
        ]),
    ],
)  # fmt: skip
def test_a_close_says_what_it_closed_made_and_sent(changes: dict[str, Any], lines: list[str]) -> None:
    assert output.describe_close(CLOSE | changes).splitlines() == lines


def test_health_counts_what_passed_and_what_failed_and_says_why() -> None:
    checks = [
        {"name": "stock now", "claim": "It adds up.", "is_ok": True, "detail": ""},
        {"name": "keys are unique", "claim": "No row twice.", "is_ok": False, "detail": "1 breaches: x"},
        {"name": "models fresh", "claim": "New.", "is_ok": True, "detail": "2026-11-20 18:00 UTC"},
    ]
    facts = {"checks": checks, "failed": ["keys are unique"], "snapshot": "s.duckdb", "seconds": 0.25}
    lines = [line.split() for line in output.describe_health(facts).splitlines()]
    assert lines == [
        ["ok", "stock", "now", "It", "adds", "up."],
        ["FAIL", "keys", "are", "unique", "1", "breaches:", "x"],
        ["ok", "models", "fresh", "2026-11-20", "18:00", "UTC"],
        ["2", "passed,", "1", "failed;", "s.duckdb,", "0.2", "s."],
    ]


COMMAND = "`mail --retry eow:1`"


@pytest.mark.parametrize(
    ("state", "detail", "said"),
    [
        ("waiting", "No.", "No."),
        ("sent", "250 OK", "250 OK"),
        ("uncertain", "Ask.", f"Ask. {COMMAND} sends it again."),
        ("given up", "No.", f"No. {COMMAND} sends it again."),
        # What cannot be sent again, and what an earlier release stored.
        ("given up", "Close the period again, which", "Close the period again, which"),
        ("given up", f"Use {COMMAND}.", f"Use {COMMAND}."),
    ],
)
def test_a_mail_names_the_command_that_sends_it_once_and_where_it_helps(
    state: str, detail: str, said: str
) -> None:
    mail = {"queued_at": datetime(2026, 11, 20, 17), "key": "eow:1", "recipient": "a@example.com"}
    shown = with_command(mail | {"state": state, "detail": detail})
    assert shown["detail"] == said
    assert output.describe_mail({"mails": [shown], "is_on": True}).endswith(said)


@pytest.mark.parametrize(("dry_run", "done"), [(True, "would lose"), (False, "lost")])
def test_a_retention_says_what_lost_its_personal_data_and_what_would(dry_run: bool, done: str) -> None:
    head, row, total = backup_output.describe_retention(RETENTION | {"dry_run": dry_run}).splitlines()
    assert head.split()[-1] == "all"
    assert row.split() == ["orders", "3", "4"]
    assert total == f"7 rows of orders closed before 2025-10-16 {done} their personal data."


def test_a_retention_that_never_removes_says_so() -> None:
    text = backup_output.describe_retention(RETENTION | {"closed_before": None, "dry_run": False})
    assert "kept for ever" in text
    assert text.endswith("Nothing was redacted.")


def test_an_upload_says_what_was_sent_or_would_be_and_what_stays() -> None:
    stays = ["4  refused: No.", "5  not sent (unknown_sku): What is it?"]
    sent = ["1  is order 71 in ShipStation", *stays, "1 uploaded, 2 not sent."]
    assert output.describe_outcome(UPLOAD | {"kind": "upload", "sent": True}).splitlines() == sent
    tried = ["2  would be sent: 3 x 17612 - 250300", *stays]
    assert output.describe_outcome(UPLOAD | {"kind": "upload", "sent": False}).splitlines() == [
        *tried,
        "Nothing was sent: this was a dry run. 1 would be.",
    ]


@pytest.mark.parametrize(
    ("published", "ends"),
    [("s.duckdb", "Published s.duckdb."), (None, "They are in the ledger after the first `backfill`.")],
)
def test_an_import_says_what_it_took_left_out_and_refused(published: str | None, ends: str) -> None:
    facts: dict[str, Any] = {
        "files_read": 3,
        "files_unchanged": 1,
        "orders_read": 9,
        "orders_changed": 4,
        "orders_invalid": 2,
    }
    facts["kind"] = "import-xcart"
    text = output.describe_outcome(facts | {"refused": [{"reason": "a.xml is no XML."}], "published": published})
    assert text.splitlines() == [
        "3 files read, 1 unchanged; 9 orders, 4 of them new or changed, 2 left out (see exceptions).",
        "Refused: a.xml is no XML.",
        ends,
    ]


def test_a_validation_has_theirs_on_the_left_and_counts_each_verdict() -> None:
    checks = [
        {"what": "orders", "there": "10", "here": "9", "verdict": "failed", "detail": "One is missing."},
        {"what": "units", "there": "5", "here": "5", "verdict": "ok", "detail": ""},
        {"what": "weeks", "there": "7", "here": "8", "verdict": "noted", "detail": ""},
    ]
    lines = [line.split() for line in format_checks(checks).splitlines()]
    assert lines[0] == ["there", "here", "verdict"]
    assert lines[1:3] == [["orders", "10", "9", "failed"], ["One", "is", "missing."]]
    assert lines[-1] == ["1", "ok,", "1", "noted,", "1", "failed."]


def test_a_restore_says_where_what_was_here_before_is_kept() -> None:
    facts = {"made_at": "2026-11-20", "kept": "replaced-1"}
    assert "The replaced data are in replaced-1." in backup_output.describe_restore(facts)
    assert "No data were replaced." in backup_output.describe_restore(facts | {"kept": None})


def test_a_comparison_with_the_former_system_prints_each_kind_of_difference_once_with_its_count() -> None:
    pigeons = [
        PIGEON | {"area": "orders", "order_number": str(number), "sku": None, "field": "carrier"}
        for number in range(671825, 671825 + 12)
    ]
    counted = dict.fromkeys(
        ("orders_here", "orders_there", "orders_compared", "shipped_here", "shipped_there"), 20
    )
    facts: dict[str, Any] = counted | {
        "units_here": 9,
        "units_there": 8,
        "not_compared": [],
        "differences": pigeons,
    }
    facts["by_class"] = {"unexplained": 13, "known_failure": 0, "timing": 0, "scope": 3}
    facts["by_rule"] = {"no stocked product": 3}
    # Of one, no row was kept.
    facts["by_field"] = {"carrier": 12, "lot": 1}
    lines = describe_parity(facts).splitlines()
    assert lines[1:] == [
        "    13  ours wrong, until explained",
        "    12      carrier, such as orders, order 671825: ups here, pigeon there",
        "     1      lot",
        "     0  theirs wrong, by a known failure",
        "     0  timing",
        "     3  scope",
        "     3      no stocked product: the former system records stocked products only",
        "The page lists each difference, and --json gives them.",
    ]
