"""The integrity checks of a published snapshot: each an invariant of the business and a query for what breaks it.

They compute in other ways than the models do: from the items up, or from one day to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from workflows.monitoring.checks import Check

# As many breaches are named.
_NAMED = 3


@dataclass(frozen=True)
class Invariant:
    """What must hold.

    Attributes:
        name: Its short name.
        title: The sentence that is true while it holds.
        breaches: A query for what breaks it: one text a row.
    """

    name: str
    title: str
    breaches: str


_UNIQUE_KEYS = {
    "orders_inbox": "shipstation_order_id",
    "order_items_inbox": "shipstation_order_id || ' line ' || line_number",
    "shipped_orders": "shipstation_order_id",
    "shipped_items": "shipped_item_id",
    "packages": "package_key",
    "inventory_transactions": "transaction_id",
    "lots": "lot_id",
    "lot_inventory": "lot_id",
    "charge_report_daily": "charge_date",
    "charge_report_monthly": "charge_month",
    "exceptions": "exception_id",
}
_TODAY = "(select today from marts.snapshot_info)"
_FIRST_WEEK = "(select date_trunc('week', min(ship_date)) from marts.shipped_items)"
_OPEN_DAYS = """
    select * from marts.charge_report_daily
    where date_trunc('month', charge_date) not in (select month from marts.closed_months)
"""

INVARIANTS = (
    Invariant(
        "stock conserved",
        "From one day to the next each product's stock changes by its movements and nothing else.",
        f"""
        with changes as (
            select inventory_date as day, sku_code,
                quantity_on_hand
                - lag(quantity_on_hand, 1, 0) over (partition by sku_code order by inventory_date) as units
            from marts.inventory_daily
        ), movements as (
            select transaction_date as day, sku_code, sum(quantity) as units
            from marts.inventory_transactions where transaction_date <= {_TODAY} group by all
        )
        select sku_code || ' on ' || day from changes full join movements using (day, sku_code)
        where changes.units is null or changes.units <> coalesce(movements.units, 0)
        """,
    ),
    Invariant(
        "stock now",
        "Each product's stock now is that of the last day, and its lots with the units of no lot make it up.",
        f"""
        select sku_code from marts.inventory_current as stock
        left join (
            select sku_code, quantity_on_hand as units from marts.inventory_daily where inventory_date = {_TODAY}
        ) as day using (sku_code)
        left join (
            select sku_code, sum(quantity_on_hand) as units from marts.lot_inventory group by sku_code
        ) as lots using (sku_code)
        left join (
            select sku_code, sum(quantity) as units from marts.inventory_transactions
            where lot_id is null and transaction_date <= {_TODAY} group by sku_code
        ) as lotless using (sku_code)
        where stock.quantity_on_hand is distinct from day.units
            or stock.quantity_on_hand <> coalesce(lots.units, 0) + coalesce(lotless.units, 0)
        """,
    ),
    Invariant(
        "no day missing",
        "Every product has every day from the first to today, none twice and none that has not come.",
        f"""
        select sku_code || ': ' || count(*) || ' days to ' || max(inventory_date) from marts.inventory_daily
        group by sku_code
        having max(inventory_date) <> {_TODAY} or count(*) <> date_diff('day', min(inventory_date), {_TODAY}) + 1
        """,
    ),
    Invariant(
        "no future billed",
        "No day is billed that has not ended, but by a month that was closed before.",
        f"select charge_date::varchar from marts.charge_report_daily where charge_date >= {_TODAY}"
        " and not is_charged_ahead",
    ),
    Invariant(
        "shelf agrees with shipments",
        "What the ledger takes from the shelf is what was shipped.",
        """
        with taken as (
            select transaction_date as day, sku_code, -sum(quantity) as units
            from marts.inventory_transactions where transaction_type = 'ship' group by all
        ), items as (
            select ship_date as day, sku_code, sum(quantity_shipped) as units from marts.shipped_items
            where sku_code in (select sku_code from marts.skus where is_key_product)
                and ship_date > (select min(inventory_date) from marts.inventory_daily)
            group by all
        )
        select sku_code || ' on ' || day from taken full join items using (day, sku_code)
        where taken.units is distinct from items.units
        """,
    ),
    Invariant(
        "weeks are their days",
        "Each week's units are those of its shipments.",
        f"""
        with items as (
            select date_trunc('week', ship_date)::date as week_start_date, sku_code, sum(quantity_shipped) as units
            from marts.shipped_items where sku_code is not null group by all
        ), weeks as (
            select week_start_date, sku_code, quantity_shipped as units from marts.weekly_shipped_history
            where quantity_shipped <> 0
        )
        select sku_code || ' in the week of ' || week_start_date
        from items full join weeks using (week_start_date, sku_code)
        where items.units is distinct from weeks.units and week_start_date > {_FIRST_WEEK}
        """,
    ),
    Invariant(
        "charges are counted",
        "Orders, units, pallets and postage of each open day are those of its shipments and shelves.",
        f"""
        with days as ({_OPEN_DAYS}), orders as (
            select ship_date as charge_date, count(*) as orders from marts.shipped_orders group by all
        ), items as (
            select ship_date as charge_date, sum(quantity_shipped) as units
            from marts.shipped_items where sku_code is not null group by all
        ), shelves as (
            select inventory_date as charge_date,
                sum((greatest(quantity_on_hand, 0) + units_per_pallet - 1) // units_per_pallet) as pallets
            from marts.inventory_daily group by all
        ), postage as (
            select ship_date as charge_date, sum(postage_cents) as cents
            from marts.charge_details group by all
        )
        select charge_date::varchar from days
        left join orders using (charge_date) left join items using (charge_date)
        left join shelves using (charge_date) left join postage using (charge_date)
        where days.order_count <> coalesce(orders.orders, 0) or days.unit_count <> coalesce(items.units, 0)
            or days.pallet_count <> coalesce(shelves.pallets, 0)
            or days.postage_cents <> coalesce(postage.cents, 0)
        """,
    ),
    Invariant(
        "charges are multiplied",
        "Each charge of each day is its count times its rate, and the day's total their sum.",
        """
        select charge_date::varchar from marts.charge_report_daily
        where order_charge_cents <> order_count * order_rate_cents
            or handling_charge_cents <> unit_count * handling_rate_cents
            or storage_charge_cents <> pallet_count * storage_rate_cents
            or total_cents <> order_charge_cents + handling_charge_cents + storage_charge_cents + postage_cents
        """,
    ),
    Invariant(
        "months are their days",
        "Each month's bill is the sum of its days and restatements, and its postage that of its carriers.",
        """
        with days as (
            select date_trunc('month', charge_date)::date as charge_month, sum(total_cents) as cents,
                sum(postage_cents) as postage, sum(unit_count) as units
            from marts.charge_report_daily group by all
        ), restated as (
            select billed_month as charge_month, sum(total_cents) as cents
            from marts.charge_restatements group by all
        ), carriers as (
            select charge_month, sum(postage_cents) as postage from marts.charge_report_carriers group by all
        )
        select months.charge_month::varchar from marts.charge_report_monthly as months
        left join days using (charge_month) left join restated using (charge_month)
        left join carriers using (charge_month)
        where months.total_cents <> coalesce(days.cents, 0) + coalesce(restated.cents, 0)
            or months.unit_count <> coalesce(days.units, 0)
            or months.postage_cents <> coalesce(days.postage, 0)
            or months.postage_cents <> coalesce(carriers.postage, 0)
        """,
    ),
    Invariant(
        "every order accounted for",
        "Every shipped order is counted as shipped, excepted with its reason, or dated on a day to come.",
        f"""
        select 'order ' || shipstation_order_id from marts.orders_inbox
        where order_status = 'shipped' and coalesce(ship_date <= {_TODAY}, true)
            and shipstation_order_id not in (select shipstation_order_id from marts.shipped_orders)
            and shipstation_order_id not in (
                select shipstation_order_id from marts.exceptions
                where exception_type in ('missing_ship_date', 'historical_shipment', 'future_ship_date')
                    and shipstation_order_id is not null
            )
        """,
    ),
    Invariant(
        "nothing without its order",
        "Every item belongs to a shipped order, and each shipped order is in the inbox, or excepted as missing.",
        """
        select 'item ' || shipped_item_id from marts.shipped_items
        where shipstation_order_id not in (select shipstation_order_id from marts.shipped_orders)
        union all
        select 'order ' || shipstation_order_id from marts.shipped_orders
        where shipstation_order_id not in (select shipstation_order_id from marts.orders_inbox)
            and shipstation_order_id not in (
                select shipstation_order_id from marts.exceptions
                where exception_type = 'missing_order' and shipstation_order_id is not null
            )
        """,
    ),
    Invariant(
        "keys are unique",
        "No row is there twice.",
        " union all ".join(
            f"select '{table} ' || key from (select {key} as key from marts.{table})"
            " group by key having count(*) > 1"
            for table, key in _UNIQUE_KEYS.items()
        ),
    ),
)


def check_integrity(connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    """Run the integrity checks on an open snapshot."""
    for invariant in INVARIANTS:
        count, where = breaches_of(connection, invariant)
        yield Check(invariant.name, invariant.title, count == 0, f"{count} breaches: {where}" if count else "")


def breaches_of(connection: duckdb.DuckDBPyConnection, invariant: Invariant) -> tuple[int, str]:
    """Return how often an invariant is broken in an open snapshot, and where, for the first few."""
    found = connection.execute(
        f"select count(*), array_to_string(list(what order by what)[:{_NAMED}], ', ')"
        f" from ({invariant.breaches}) as broken(what)"
    ).fetchall()[0]
    return int(found[0]), found[1] or ""
