"""The units metric: the units of open orders in ShipStation's payloads, compared with the ledger's.

Measured after each build, from the payloads and independently of the models, so it costs no request. Each payload
is read once, and the lines of open orders are kept. That the payloads are still current is shown by the daily
`reconcile`, which reads ShipStation again and compares the units, too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)

OPEN_STATES = ("awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment")
# One scan for each state: with an equality filter DuckDB reads the payloads of matching rows only; with a list of
# values, all of them.
_OPEN = " union all ".join(f"from raw_shipstation.orders where order_status = '{state}'" for state in OPEN_STATES)
_LOADED = "from raw_shipstation.orders where _dlt_load_id in (select unnest($loads))"
_PRINTED = """
with orders as (
    select order_id, fetched_at, coalesce(payload->'$.items', kept_fields->'$.items') as items from ({})
), printed as (
    select
        order_id, fetched_at,
        unnest(from_json(items, '[{{"sku": "VARCHAR", "quantity": "VARCHAR", "adjustment": "BOOLEAN"}}]')) as line
    from orders
)
select
    order_id, fetched_at, coalesce(line.sku, '') as sku,
    -- Refunds, and quantities that are not whole numbers, are no goods.
    sum(if(
        regexp_full_match(line.quantity, '\\s*\\+?[0-9]{{1,9}}(\\.0*)?\\s*'), try_cast(line.quantity as double), 0
    )) as units
from printed where not coalesce(line.adjustment, false) group by all
"""
_PRINT_ALL = f"create or replace table raw_shipledger.open_lines as {_PRINTED.format(_OPEN)}"
_FORGET_LOADED = f"delete from raw_shipledger.open_lines where order_id in (select order_id {_LOADED})"
_PRINT_LOADED = f"""
insert into raw_shipledger.open_lines by name
{_PRINTED.format(f"{_LOADED} and order_status in {OPEN_STATES}")}
"""
# An order that ShipStation no longer knows is not open there, whatever its last payload says.
_MEASURE = f"""
with there as (
    select sku, sum(units) as units
    from raw_shipledger.open_lines as lines
    where not exists (
        from raw_shipstation.order_states as states
        where states.order_id = lines.order_id and states.state = 'missing_in_shipstation'
            and lines.fetched_at <= states.checked_at
    )
    group by all
), here as (
    select coalesce(shipstation_sku_raw, '') as sku, sum(greatest(quantity, 0)) as units
    from ledger.marts.order_items_inbox as items
    inner join ledger.marts.orders_inbox as orders using (shipstation_order_id)
    where orders.order_status in {OPEN_STATES} and not items.is_adjustment
    group by all
)
select sku, coalesce(there.units, 0)::bigint, coalesce(here.units, 0)::bigint
from there full join here using (sku) order by sku
"""


@dataclass(frozen=True)
class Difference:
    """A SKU, as ShipStation prints it, whose open units differ between ShipStation and the ledger."""

    sku: str
    there: int
    here: int


@dataclass(frozen=True)
class Measurement:
    """Open units of all SKUs at an instant (UTC), and the SKUs that differ."""

    measured_at: datetime
    units_there: int
    units_here: int
    differences: tuple[Difference, ...]


def read_open_lines(connection: duckdb.DuckDBPyConnection, loads: Sequence[str] | None) -> None:
    """Read the lines of open orders from their payloads into `raw_shipledger.open_lines`. May be repeated.

    Args:
        connection: The warehouse.
        loads: The loads since the last call; a killed caller may have read some. None reads all payloads, and so
            does the first call.
    """
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw_shipledger' and table_name = 'open_lines'"
    ).fetchone()
    if loads is None or known is None:
        connection.execute(_PRINT_ALL)
        return
    connection.execute("begin")
    for statement in (_FORGET_LOADED, _PRINT_LOADED):
        connection.execute(statement, {"loads": list(loads)})
    connection.execute("commit")


def measure_open_units(connection: duckdb.DuckDBPyConnection, ledger: Path) -> Measurement:
    """Compare the open units of both now.

    Args:
        connection: The warehouse, after `read_open_lines`.
        ledger: The file of the marts.
    """
    path = str(ledger).replace("'", "''")
    connection.execute(f"attach if not exists '{path}' as ledger")
    rows = connection.execute(_MEASURE).fetchall()
    return Measurement(
        datetime.now(UTC),
        sum(there for _sku, there, _here in rows),
        sum(here for _sku, _there, here in rows),
        tuple(Difference(*row) for row in rows if row[1] != row[2]),
    )


def note_measurement(database: Path, run_id: str, measured: Measurement) -> None:
    """Add a measurement to the history."""
    with open_operations_database(database) as connection:
        differences = json.dumps([asdict(difference) for difference in measured.differences])
        append_row(connection, "open_units", **vars(measured) | {"run_id": run_id, "differences": differences})


def read_open_units(database: Path, limit: int = 1000) -> list[Measurement]:
    """Return the last measurements, newest first."""
    with read_operations_database(database) as connection:
        rows = connection.execute(
            "select measured_at, units_there, units_here, differences from open_units order by seq desc limit ?",
            [limit],
        ).fetchall()
    return [
        Measurement(read_instant(at), there, here, tuple(Difference(**one) for one in json.loads(differences)))
        for at, there, here, differences in rows
    ]


def lasting_differences(database: Path) -> list[Difference]:
    """Return the differences of the last measurement whose SKUs differed in the one before, too."""
    measured = read_open_units(database, limit=2)
    if len(measured) < 2:
        return []
    before = {difference.sku for difference in measured[1].differences}
    return [difference for difference in measured[0].differences if difference.sku in before]
