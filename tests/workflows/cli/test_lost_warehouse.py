"""What a home does whose warehouse was lost: nothing less is published until it is loaded again, or accepted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from command_line import Answer, CommandLine

from sandbox import Sandbox

ORDERS = "select shipstation_order_id from marts.orders_inbox"
ENTRIES = "select quantity from marts.inventory_transactions where transaction_type = 'receive' order by all"
LOST = "lacks rows of the published snapshot"


def orders(command: CommandLine) -> set[int]:
    return {order for (order,) in command.published(ORDERS)}


def alerts(command: CommandLine) -> list[str]:
    return [alert["message"] for alert in command.run("status").facts["alerts"] if LOST in alert["message"]]


def lose_the_warehouse(command: CommandLine) -> Answer:
    (command.home / "warehouse.duckdb").unlink()
    return command.run("sync")


@pytest.mark.long
def test_a_lost_warehouse_is_published_again_after_the_backfill_that_the_refusal_names(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    """Also when ShipStation has deleted an order since, which no backfill brings back."""
    before = orders(filled_own)
    current = (filled_own.home / "published" / "current.duckdb").resolve()
    oldest = min(record.id for record in own_business.book.table("orders"))
    own_business.book.delete_order(oldest)
    refused = lose_the_warehouse(filled_own)
    assert refused.code == 1
    lost, command = refused.facts["orders"], refused.facts["command"]
    assert 0 < lost < len(before)
    assert f"{lost} of {len(before)} orders" in refused.facts["error"]
    assert f"`{command}`" in refused.facts["error"]
    assert "`sync --accept-loss`" in refused.facts["error"]
    assert (filled_own.home / "published" / "current.duckdb").resolve() == current
    assert orders(filled_own) == before, "the snapshot is still served"
    assert filled_own.run("sync").code == 1, "the next sync reads nothing more, and is refused as well"
    assert [command in alert for alert in alerts(filled_own)] == [True]
    health = filled_own.run("health")
    assert health.code == 1
    assert "no rows lost" in health.facts["failed"]

    loaded = filled_own.run(*command.split())
    assert (loaded.code, loaded.facts["accepted_loss"]) == (0, None), loaded.errors
    assert orders(filled_own) == before - {oldest}
    assert alerts(filled_own) == []
    assert "no rows lost" not in filled_own.run("health").facts["failed"]
    assert filled_own.run("sync").code == 0


@pytest.mark.long
def test_an_accepted_loss_is_published_once_and_the_log_says_who_accepted_what(filled_own: CommandLine) -> None:
    refused = lose_the_warehouse(filled_own)
    accepted = filled_own.run("sync", "--accept-loss", "--actor", "mary")
    assert accepted.code == 0
    lost = f"{refused.facts['orders']} of {refused.facts['published_orders']} orders"
    assert lost in accepted.facts["accepted_loss"]
    assert len(orders(filled_own)) == refused.facts["published_orders"] - refused.facts["orders"]
    log = (filled_own.home / "logs" / "shipledger.log").read_text()
    assert any("mary accepts" in line and lost in line for line in log.splitlines())
    assert alerts(filled_own) == []
    assert filled_own.run("sync").facts["accepted_loss"] is None


@pytest.mark.long
def test_what_goes_in_shipstation_and_a_restored_backup_lose_nothing(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    """Each compared by a full build: an incremental one would keep what the warehouse has lost."""
    book = own_business.book
    made = filled_own.run("backup")
    known = sorted(record.id for record in book.table("orders"))
    labels = sorted(record.id for record in book.table("shipments"))
    deleted, merged, survivor = known[-1], known[-2], known[-3]
    book.delete_order(deleted)
    book.delete_order(merged)
    options = {"advancedOptions": book.order(survivor)["advancedOptions"] | {"mergedIds": [merged]}}
    book.edit_order(survivor, datetime.now(UTC), options)
    book.void_shipment(labels[-1], datetime.now(UTC))
    assert filled_own.run("sync").code == 0
    (filled_own.home / "ledger.duckdb").unlink()
    again = filled_own.run("sync")
    assert (again.code, again.facts["built"], again.facts["accepted_loss"]) == (0, True, None)
    assert set(known) <= orders(filled_own)
    assert filled_own.run("restore", made.facts["file"]).code == 0
    assert filled_own.run("sync").code == 0


def test_a_lost_operations_database_stops_the_sync_until_it_is_put_back(filled_own: CommandLine) -> None:
    """Otherwise entries typed into the new one would be taken for those that were loaded before."""
    entry = ("receive", "--sku", "17612", "--lot", "260601", "--quantity", "40", "--actor", "mary")
    assert filled_own.run(*entry).code == 0
    assert filled_own.run("sync").code == 0
    entries = filled_own.published(ENTRIES)
    assert entries
    database, kept = filled_own.home / "operations.sqlite", filled_own.home / "kept.sqlite"
    database.rename(kept)
    assert filled_own.run(*entry).code == 0
    refused = filled_own.run("sync")
    assert refused.code == 1
    assert "operations.sqlite lacks rows of entries" in refused.facts["error"]
    assert filled_own.published(ENTRIES) == entries
    kept.rename(database)
    assert filled_own.run("sync").code == 0
