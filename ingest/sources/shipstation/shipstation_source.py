"""The dlt source `shipstation`: every list the ledger needs, each with its key and its cursor.

| resource                   | key            | read by                                            |
|----------------------------|----------------|----------------------------------------------------|
| orders                     | order_id       | modifyDate                                         |
| shipments                  | shipment_id    | createDate, and voidDate for labels voided later   |
| fulfillments               | fulfillment_id | createDate                                         |
| carriers, services, stores | own keys       | all rows                                           |

A row has the payload as JSON, unchanged, with its key and its dates as text beside it. Resources are Arrow tables,
so dlt neither unnests the payload nor parses the dates.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import dlt
import pyarrow as pa
from dlt.common.time import ensure_datetime_in_tz

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.sources.shipstation import reference_lists, worker_tables
from ingest.sources.shipstation.incremental_rows import CURSOR, rows_since
from ingest.sources.shipstation.load_cycle import Cycle
from ingest.sources.shipstation.records import FULFILLMENTS, ORDERS, SHIPMENTS, merged_on_key

BASE_URL = "https://ssapi.shipstation.com"
# Read again before the cursor: a quarter of an hour for rows that become visible late, and the hour that Pacific
# clocks repeat in autumn, in which dates run backwards.
LAG = timedelta(minutes=75)

Cursor: TypeAlias = dlt.sources.incremental[datetime]


@dlt.source(name="shipstation", section="shipstation", max_table_nesting=0)
def shipstation_source(
    api_key: str = dlt.secrets.value,
    api_secret: str = dlt.secrets.value,
    start_date: str = "2000-01-01",
    base_url: str = BASE_URL,
    requests_per_minute: int = 40,
    cycle: Cycle | None = None,
) -> Iterator[Any]:
    """Return the resources of a ShipStation account.

    Args:
        api_key: The API key.
        api_secret: The API secret.
        start_date: An ISO date or instant, UTC without a time zone: where the first run begins. Later runs
            continue from the cursor in dlt's state.
        base_url: The API's address, without a trailing slash.
        requests_per_minute: The most requests to send; ShipStation allows 40 a minute for each key.
        cycle: The worker's load: it reads from its own watermarks, leaves out what the warehouse has already, and
            adds the worker's own tables. Without it, dlt's state has the cursor of each list.
    """
    client = cycle.client if cycle else Client(Account(base_url, api_key, api_secret, requests_per_minute))

    def rows(name: str, changed_at: Any) -> Iterator[pa.Table]:
        yield from cycle.changed_rows(name) if cycle else rows_since(client, name, changed_at)

    @dlt.resource(name="orders", **merged_on_key(ORDERS), incremental=_cursor(start_date, cycle))
    def orders(changed_at: Cursor | None = None) -> Iterator[pa.Table]:
        yield from rows("orders", changed_at)

    @dlt.resource(name="shipments", **merged_on_key(SHIPMENTS), incremental=_cursor(start_date, cycle))
    def shipments(changed_at: Cursor | None = None) -> Iterator[pa.Table]:
        yield from rows("shipments", changed_at)
        yield from rows("voids", changed_at)

    @dlt.resource(name="fulfillments", **merged_on_key(FULFILLMENTS), incremental=_cursor(start_date, cycle))
    def fulfillments(changed_at: Cursor | None = None) -> Iterator[pa.Table]:
        yield from rows("fulfillments", changed_at)

    yield from (orders, shipments, fulfillments)
    yield from worker_tables.resources(cycle) if cycle else reference_lists.resources(client)


def _cursor(start_date: str, cycle: Cycle | None) -> Any:
    if cycle:
        # The worker's watermarks are rows of the load they belong to, so a failed load moves none. dlt's cursor
        # moves when extraction ends, before the rows are loaded, and `load` drops the packages of a failed load.
        return None
    return dlt.sources.incremental(
        CURSOR,
        initial_value=ensure_datetime_in_tz(start_date, UTC),
        lag=LAG.total_seconds(),
        on_cursor_value_missing="include",
    )
