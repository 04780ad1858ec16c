from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from command_line import CommandLine
from homes import settings_of

from workflows.config.settings_reader import read_settings
from workflows.config.thresholds import STALE_AFTER
from workflows.cycle.last_read import Read, note_read
from workflows.entries.entry_log import Entry, append_entries
from workflows.monitoring.check_log import health_history, record_results
from workflows.monitoring.checks import Check
from workflows.monitoring.health import check_age, run_health
from workflows.monitoring.integrity_checks import INVARIANTS, breaches_of

# What breaks each invariant, in one row of a published table.
DAMAGE = {
    "stock conserved": "update inventory_daily set quantity_on_hand = quantity_on_hand + 1 where inventory_date ="
    " (select min(inventory_date) + 3 from inventory_daily) and sku_code = '17612'",
    "stock now": "update lot_inventory set quantity_on_hand = quantity_on_hand - 1 where sku_code = '17612'",
    "no day missing": "delete from inventory_daily where inventory_date ="
    " (select min(inventory_date) + 3 from inventory_daily)",
    "no future billed": "update charge_report_daily set charge_date = (select today from snapshot_info)"
    " where charge_date = (select max(charge_date) from charge_report_daily)",
    "shelf agrees with shipments": "update inventory_transactions set quantity = quantity - 1"
    " where transaction_id ="
    " (select min(transaction_id) from inventory_transactions where transaction_type = 'ship')",
    "weeks are their days": "update weekly_shipped_history set quantity_shipped = quantity_shipped + 1"
    " where week_start_date = (select max(week_start_date) from weekly_shipped_history)",
    "charges are counted": "update charge_report_daily set order_count = order_count + 1,"
    " order_charge_cents = order_charge_cents + order_rate_cents, total_cents = total_cents + order_rate_cents"
    " where charge_date = (select max(charge_date) from charge_report_daily)",
    "charges are multiplied": "update charge_report_daily set total_cents = total_cents + 1"
    " where charge_date = (select max(charge_date) from charge_report_daily)",
    "months are their days": "update charge_report_monthly set total_cents = total_cents + 1",
    "every order accounted for": "delete from shipped_orders where shipstation_order_id ="
    " (select min(shipstation_order_id) from shipped_orders)",
    "nothing without its order": "delete from orders_inbox where shipstation_order_id ="
    " (select min(shipstation_order_id) from shipped_orders)",
    "keys are unique": "insert into shipped_items select * from shipped_items limit 1",
}
# Further figures of which each is checked by itself; what is derived from them stays right.
_LAST_DAY = "where charge_date = (select max(charge_date) from charge_report_daily)"
FIGURES = [
    (
        "charges are counted",
        "update charge_report_daily set unit_count = unit_count + 1, handling_charge_cents = handling_charge_cents"
        f" + handling_rate_cents, total_cents = total_cents + handling_rate_cents {_LAST_DAY}",
    ),
    (
        "charges are counted",
        "update charge_report_daily set pallet_count = pallet_count + 1, storage_charge_cents ="
        f" storage_charge_cents + storage_rate_cents, total_cents = total_cents + storage_rate_cents {_LAST_DAY}",
    ),
    (
        "charges are counted",
        "update charge_report_daily set postage_cents = postage_cents + 1, total_cents = total_cents + 1"
        f" {_LAST_DAY}",
    ),
    *(
        (
            "charges are multiplied",
            f"update charge_report_daily set {charge}_charge_cents = {charge}_charge_cents + 1, total_cents ="
            f" total_cents + 1 {_LAST_DAY}",
        )
        for charge in ("order", "handling", "storage")
    ),
    ("months are their days", "update charge_report_monthly set unit_count = unit_count + 1"),
    ("months are their days", "update charge_report_monthly set postage_cents = postage_cents + 1"),
    ("months are their days", "update charge_report_carriers set postage_cents = postage_cents + 1"),
    ("stock now", "update inventory_current set quantity_on_hand = quantity_on_hand + 1"),
    ("no day missing", "delete from inventory_daily where inventory_date = (select today from snapshot_info)"),
    (
        "nothing without its order",
        "delete from shipped_orders where shipstation_order_id = (select min(shipstation_order_id)"
        " from shipped_items)",
    ),
]


def test_what_was_just_loaded_and_built_is_healthy_and_the_result_is_kept(filled: CommandLine) -> None:
    settings = settings_of(filled.home)
    report = run_health(settings)
    assert [(check.name, check.detail) for check in report.failed] == []
    assert {check.name for check in report.checks} >= DAMAGE.keys() == {one.name for one in INVARIANTS}
    [point] = health_history(settings)
    assert (point.checked_at, point.passed, point.failed) == (report.checked_at, len(report.checks), [])
    with (
        sqlite3.connect(settings.operations) as store,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
    ):
        store.execute("update health_results set is_ok = 1")


@pytest.mark.parametrize(("name", "damage"), [*DAMAGE.items(), *FIGURES])
def test_damage_to_one_row_is_found_by_the_check_of_its_invariant(
    built_home: Path, tmp_path: Path, name: str, damage: str
) -> None:
    damaged = Path(shutil.copyfile((built_home / "published" / "current.duckdb").resolve(), tmp_path / "damaged"))
    [invariant] = [one for one in INVARIANTS if one.name == name]
    with duckdb.connect(str(damaged)) as connection:
        assert breaches_of(connection, invariant) == (0, "")
        connection.execute("use marts")
        connection.execute(damage)
        count, where = breaches_of(connection, invariant)
    assert count > 0
    assert where


def test_a_failed_check_ends_the_command_with_1_and_names_what_is_broken(filled: CommandLine) -> None:
    link = filled.home / "published" / "current.duckdb"
    snapshot = link.resolve()
    snapshot.chmod(0o644)
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute("update marts.charge_report_monthly set total_cents = total_cents + 1")
    answer = filled.run("health")
    assert answer.code == 1
    assert answer.facts["failed"] == ["months are their days"]
    assert [point.failed for point in health_history(settings_of(filled.home))] == [["months are their days"]]
    assert is_alarmed(filled)
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute("update marts.charge_report_monthly set total_cents = total_cents - 1")
    assert filled.run("health").code == 0
    assert not is_alarmed(filled)


def is_alarmed(command: CommandLine) -> bool:
    """Whether `status` says that a check failed."""
    return any("months are their days" in alert["message"] for alert in command.run("status").facts["alerts"])


def test_what_is_two_hours_old_is_fresh_and_what_is_older_is_named(filled: CommandLine) -> None:
    """The source by its last good reading, the models by their snapshot, entries by the oldest that waits."""
    settings = settings_of(filled.home)
    snapshot = (filled.home / "published" / "current.duckdb").resolve()
    snapshot.chmod(0o644)
    minute = timedelta(minutes=1)

    def stale(read: timedelta, built: timedelta, *entered: timedelta) -> set[str]:
        now = datetime.now(UTC)
        with closing(sqlite3.connect(filled.home / "workflows.sqlite")) as store, store:
            store.execute("update workflow_status set completed_at = ?", [int(now.timestamp() * 1000)])
        note_read(settings.operations, Read(now - read, None))
        with duckdb.connect(str(snapshot)) as connection:
            connection.execute("update marts.snapshot_info set as_of = ?", [now - built])
        entries = [Entry("receive", settings.today(), "17612", 1, "ann", entered_at=now - ago) for ago in entered]
        append_entries(settings.operations, entries)
        return {check.name for check in run_health(settings).failed}

    assert stale(STALE_AFTER - minute, STALE_AFTER - minute) == set()
    assert stale(STALE_AFTER + minute, STALE_AFTER - minute) == {"ShipStation fresh"}
    assert stale(minute, STALE_AFTER + minute) == {"models fresh"}
    assert stale(minute, 4 * STALE_AFTER, STALE_AFTER - minute) == {"models fresh"}
    waits = stale(minute, 4 * STALE_AFTER, STALE_AFTER + minute, minute)
    assert waits == {"models fresh", "entries fresh"}
    assert stale(minute, minute / 2) == set(), "what the snapshot has waits no more"


@pytest.mark.parametrize(
    ("age", "is_ok"), [(None, False), (STALE_AFTER, True), (STALE_AFTER + timedelta(microseconds=1), False)]
)
def test_two_hours_exactly_is_fresh(age: timedelta | None, is_ok: bool) -> None:
    now = datetime(2026, 11, 20, 18, tzinfo=UTC)
    checked = check_age("models fresh", "claim", now - age if age else None, now, ZoneInfo("America/Chicago"))
    assert checked.is_ok is is_ok
    assert checked.detail.endswith(" CST" if age else "Never yet.")


def test_the_history_of_health_has_a_point_for_each_time_and_reaches_back_its_days(tmp_path: Path) -> None:
    settings = read_settings({}).model_copy(update={"home": tmp_path})
    now = datetime.now(UTC)
    day, minute = timedelta(days=1), timedelta(minutes=1)
    for age, verdicts in (
        (90 * day + minute, [False]),
        (90 * day - minute, [True, False, False]),
        (day, [True, True]),
    ):
        checks = [Check(f"check {at}", "claim", is_ok, "") for at, is_ok in enumerate(verdicts)]
        record_results(settings.operations, now - age, "snapshot", checks)
    found = [(point.passed, point.failed) for point in health_history(settings)]
    assert found == [(1, ["check 1", "check 2"]), (2, [])]
    assert len(health_history(settings, days=91)) == 3


def test_health_of_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    answer = CommandLine(tmp_path / "home", "http://127.0.0.1:9").run("health")
    assert (answer.code, "Run `sync` first" in answer.facts["error"]) == (1, True)
