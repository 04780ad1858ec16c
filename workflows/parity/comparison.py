"""The comparison: which fields differ, and which rule explains each difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from ingest.sources.legacy.live_database import TheirRows
from workflows.config.reference_data import Reference
from workflows.parity.criteria import Criteria
from workflows.parity.evidence import gather_evidence
from workflows.parity.explanations import RULES, UNEXPLAINED

# Fields of an order that are compared where the former system has the column; `order` always is.
ORDER_FIELDS = {
    "order_id": "order id",
    "status": "status",
    "order_date": "order date",
    "carrier": "carrier",
    "service": "service",
    "tracking": "tracking",
}
_MATCHED = """
create temp table by_id as
select row_id, our_orders.order_id
from their_orders join our_orders on their_orders.order_id = our_orders.order_id;

create temp table by_number as
select row_id, ours.order_id
from their_orders join our_orders as ours using (order_number)
where row_id not in (select row_id from by_id) and ours.order_id not in (select order_id from by_id)
qualify row_number() over (partition by row_id order by ours.order_id) = 1
    and row_number() over (partition by ours.order_id order by row_id) = 1;

create temp table matched as
select coalesce(ours.order_number, theirs.order_number) as order_number, ours, theirs
from our_orders as ours
full join (from by_id union all from by_number) as pairs on pairs.order_id = ours.order_id
full join their_orders as theirs on theirs.row_id = pairs.row_id;
"""
_DIFFERENCES = """
create temp table differences as
with of_orders as (
    select 'orders' as area, order_number, null as sku, 'order' as field,
        ours.order_number as ours, theirs.order_number as theirs,
        theirs.written_at as their_change, ours.order_id as our_order_id, theirs.order_id as their_order_id,
        ours.status as our_status, theirs.status as their_status
    from matched where ours.order_number is null or theirs.order_number is null
    union all
    select 'orders', order_number, null, field.name, field.ours, field.theirs, theirs.written_at, ours.order_id,
        theirs.order_id, ours.status, theirs.status
    from matched, lateral (select unnest([{fields}]) as field)
    where ours.order_number is not null and theirs.order_number is not null
        and field.ours is distinct from field.theirs and field.is_compared
        and (field.name <> 'status' or (field.theirs, field.ours) not in (select theirs, ours from agreeing))
    union all
    select 'orders', null, null, 'header', null, '{headless} lines', null, null, null, null, null
    where {headless} > 0
), of_shipments as (
    select 'shipped orders' as area, order_number, null as sku,
        if(o.first_day is null or t.days is null, 'shipped order', 'ship date') as field,
        o.first_day as ours, array_to_string(t.days, ', ') as theirs, t.written_at as their_change
    from our_shipped as o full join their_shipped as t using (order_number)
    where o.first_day is null or t.days is null or t.days <> [o.first_day]
    union all
    select 'shipped items', order_number, sku,
        case when o.units is null or t.units is null then 'item' else field.name end,
        field.ours, field.theirs, t.written_at
    from our_items as o full join their_items as t using (order_number, sku), lateral (
        select unnest([
            {{name: 'units', ours: o.units::varchar, theirs: t.units::varchar}},
            {{name: 'lot', ours: o.lots, theirs: t.lots}},
            {{name: 'ship date', ours: array_to_string(o.days, ', '), theirs: array_to_string(t.days, ', ')}}
        ]) as field
    )
    where field.ours is distinct from field.theirs
        and (field.name = 'units' or (o.units is not null and t.units is not null))
)
from of_orders union all by name from of_shipments;
"""
_FIELD = "{{name: '{name}', ours: {ours}, theirs: {theirs}, is_compared: {compared}}}"
_COUNTED = """
select
    (select count(*) from our_orders), (select count(distinct order_number) from their_orders),
    (select count(*) from matched where ours.order_number is not null and theirs.order_number is not null),
    (select count(*) from our_shipped), (select count(*) from their_shipped),
    (select coalesce(sum(units), 0)::bigint from our_items),
    (select coalesce(sum(units), 0)::bigint from their_items)
"""
_COUNTS = (
    "orders_here",
    "orders_there",
    "orders_compared",
    "shipped_here",
    "shipped_there",
    "units_here",
    "units_there",
)


@dataclass(frozen=True)
class Difference:
    """One field that differs.

    Attributes:
        area: orders, shipped orders or shipped items.
        order_number: The order; None for what belongs to none.
        sku: The product, for shipped items.
        field: What differs; `order`, `shipped order` or `item` when one side has none.
        ours: Our value as text, None for none.
        theirs: The former system's.
        kind: One of `explanations.CLASSES`.
        rule: The name of the rule that explains it; None when none does.
    """

    area: str
    order_number: str | None
    sku: str | None
    field: str
    ours: str | None
    theirs: str | None
    kind: str
    rule: str | None


@dataclass(frozen=True)
class ReadTimes:
    """The instants of a comparison, UTC.

    Attributes:
        since: From when on changed orders are compared.
        until: The comparison's moment.
        ours: Up to when changes in ShipStation are known here.
    """

    since: datetime
    until: datetime
    ours: datetime


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    Attributes:
        counts: Orders, shipped orders and units on both sides, by name.
        not_compared: Fields that the former system has no column for.
        differences: All of them, the unexplained first.
        their_looks: When the former system last read `orders` and `shipped`; None when it does not say.
    """

    counts: dict[str, int]
    not_compared: list[str]
    differences: list[Difference]
    their_looks: dict[str, datetime | None]


def compare(
    connection: duckdb.DuckDBPyConnection,
    theirs: TheirRows,
    times: ReadTimes,
    lasting: pa.Table,
    reference: Reference,
    criteria: Criteria,
) -> Compared:
    """Compare the tables that `both_sides.create_tables` has made, and explain what differs.

    Args:
        connection: With those tables.
        theirs: The former system's columns, times and other facts beside its rows.
        times: The comparison's instants.
        lasting: Differences that have lasted longer than timing explains: area, order_number, sku, field.
        reference: The products.
        criteria: Which values agree, and which times explain a difference.
    """
    _create_agreeing(connection, criteria)
    connection.execute(_MATCHED)
    fields = ", ".join(_fields(theirs.order_columns))
    connection.execute(_DIFFERENCES.format(fields=fields, headless=theirs.orphaned_lines))
    their_looks = {area: _newest(connection, instants) for area, instants in theirs.last_syncs.items()}
    connection.register("lasting", lasting)
    connection.execute("create temp table lasting_differences as from lasting")
    connection.unregister("lasting")
    gather_evidence(connection, _values(times, their_looks, reference, criteria))
    counted = connection.execute(_COUNTED).fetchall()[0]
    return Compared(
        counts=dict(zip(_COUNTS, counted, strict=True)),
        not_compared=[words for name, words in ORDER_FIELDS.items() if name not in theirs.order_columns],
        differences=_classified(connection),
        their_looks=their_looks,
    )


def counted_by(differences: Iterable[Difference], what: str) -> dict[str, int]:
    """Count differences by one of their attributes."""
    return dict(Counter(getattr(one, what) for one in differences))


def _values(
    times: ReadTimes, their_looks: dict[str, datetime | None], reference: Reference, criteria: Criteria
) -> dict[str, Any]:
    return {
        "since": times.since,
        "settled": times.until - criteria.settle,
        "latest_explained": times.until - criteria.longest_lag,
        "our_look": times.ours,
        "orders_look": their_looks["orders"],
        "shipped_look": their_looks["shipped"],
        "lost_page_orders": criteria.lost_page_orders,
        "local_statuses": list(criteria.local_statuses),
        "not_held_statuses": list(criteria.not_held_statuses),
        "key_products": sorted(reference.stocked),
    }


def _fields(columns: frozenset[str]) -> list[str]:
    made = []
    for column, name in ORDER_FIELDS.items():
        # An order that is known there from its shipment alone has a status, and none of the others.
        compared = {"order_id": "theirs.order_id is not null", "status": "true"}.get(column, "theirs.is_in_inbox")
        made.append(
            _FIELD.format(
                name=name,
                ours=f"ours.{column}::varchar",
                theirs=f"theirs.{column}::varchar",
                compared=f"{compared} and {str(column in columns).lower()}",
            )
        )
    lines = "case when {side}.has_lines then 'some' else 'none' end"
    compared = "theirs.is_in_inbox and theirs.has_lines is not null"
    ours, theirs = lines.format(side="ours"), lines.format(side="theirs")
    return [*made, _FIELD.format(name="lines", ours=ours, theirs=theirs, compared=compared)]


def _create_agreeing(connection: duckdb.DuckDBPyConnection, criteria: Criteria) -> None:
    pairs = [(theirs, ours) for theirs, agreeing in criteria.statuses.items() for ours in agreeing]
    rows = pa.table(
        {"theirs": pa.array([pair[0] for pair in pairs], pa.string()), "ours": [pair[1] for pair in pairs]}
    )
    connection.register("pairs_given", rows)
    connection.execute("create temp table agreeing as from pairs_given")
    connection.unregister("pairs_given")


def _newest(connection: duckdb.DuckDBPyConnection, instants: list[str]) -> datetime | None:
    found = connection.execute(
        "select max(try_cast(one as timestamptz)) from unnest(?::varchar[]) as t(one)", [instants]
    )
    at: datetime | None = found.fetchall()[0][0]
    return at


def _classified(connection: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Return the differences, each with the first rule whose condition holds."""
    cases = " ".join(f"when {rule.condition} then {at}" for at, rule in enumerate(RULES))
    rows = connection.execute(
        f"select area, order_number, sku, field, ours, theirs, case {cases} end as rule from evidence"
        " order by rule is not null, area, order_number, sku, field"
    ).fetchall()
    found = []
    for area, order_number, sku, field, ours, theirs, at in rows:
        kind, name = (UNEXPLAINED, None) if at is None else (RULES[at].kind, RULES[at].name)
        found.append(Difference(area, order_number, sku, field, ours, theirs, kind, name))
    return found
