"""The running former system's database, read through SQLAlchemy: orders and shipments of a span of time, as text.

All values are read as text, whatever the database, and interpreted by the comparison. Columns that a version of
the database lacks are null; names, addresses and e-mails are not read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from ingest.errors import FormerSystemOutOfReach, NoSuchSource
from ingest.hidden_passwords import shown, without_passwords
from ingest.sources.legacy.sqlite_file import NotTheFormerSystem, connect_to

_CONNECT_SECONDS = 10
_NUMBERS_AT_ONCE = 5000
_REQUIRED = ("orders_inbox", "shipped_orders", "shipped_items")
# Our name for each column, and its names in the versions of the database.
_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "orders_inbox": {
        "id": ("id",), "order_number": ("order_number",), "order_id": ("shipstation_order_id",),
        "status": ("order_status", "status"), "order_date": ("order_date",),
        "carrier": ("shipping_carrier_code", "carrier_code"),
        "service": ("shipping_service_code", "service_code"), "tracking": ("tracking_number",),
        "created_at": ("created_at",), "updated_at": ("updated_at",),
    },
    "shipped_orders": {
        "order_number": ("order_number",), "ship_date": ("ship_date",), "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    },
    "shipped_items": {
        "order_number": ("order_number",), "ship_date": ("ship_date",), "base_sku": ("base_sku",),
        "sku_lot": ("sku_lot",), "quantity": ("quantity_shipped",), "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    },
}  # fmt: skip
_DATED = {"orders_inbox": ("updated_at", "created_at", "order_date")}
_DATED_SHIPPED = ("ship_date", "created_at", "updated_at")


@dataclass(frozen=True)
class TheirRows:
    """The former system's rows of some orders; every value is text.

    Attributes:
        orders: Columns as in `_COLUMNS`, and `has_lines`: 1, 0, or null where it stores no lines.
        order_columns: The columns of ours that its table of orders has.
        orphaned_lines: Number of lines of open orders whose order is missing.
        last_syncs: When it last synced `orders` and `shipped`, as text.
    """

    orders: pa.Table
    shipped_orders: pa.Table
    shipped_items: pa.Table
    order_columns: frozenset[str]
    orphaned_lines: int
    last_syncs: dict[str, list[str]]


def source_url(source: str) -> URL:
    """Return the URL of a file or a SQLAlchemy URL.

    Raises:
        NoSuchSource: It is neither.
    """
    if "://" not in source:
        return URL.create("sqlite", database=str(Path(source).expanduser().absolute()))
    try:
        url = make_url(source)
    except (ArgumentError, ValueError) as problem:
        raise NoSuchSource(
            "This is not a SQLAlchemy URL. Write postgresql://user@host/name, or name a file."
        ) from problem
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


@contextmanager
def connected(source: str, *, writable: bool = False) -> Iterator[sa.Connection]:
    """Connect to the former system's database, for one transaction, read-only by default.

    Args:
        source: A file or a SQLAlchemy URL.
        writable: Whether the block may write; it is committed when the block ends without an error.

    Raises:
        NotTheFormerSystem: It is missing, damaged, or another database.
        FormerSystemOutOfReach: It does not answer.
        NoSuchSource: The source is neither a file nor a URL.
    """
    url = source_url(source)
    address = shown(url)
    try:
        engine = _engine(url, writable=writable)
        try:
            with engine.connect() as connection:
                _begin(connection)
                _check(connection, address)
                yield connection
                if writable:
                    connection.commit()
        finally:
            engine.dispose()
    except (NoSuchModuleError, ModuleNotFoundError) as problem:
        raise NoSuchSource(
            f"There is no driver for {url.drivername}. Use a file, sqlite:///… or postgresql://…"
        ) from problem
    except (OperationalError, sqlite3.OperationalError) as problem:
        raise FormerSystemOutOfReach(
            f"The former system's database {address} does not answer ({_reason(problem, url)}). Try again later."
        ) from problem
    except (DBAPIError, sqlite3.DatabaseError) as problem:
        raise NotTheFormerSystem(
            f"{address} cannot be read as the former system's database ({_reason(problem, url)})."
        ) from problem


def numbers_since(connection: sa.Connection, since: datetime, first_day: date) -> set[str]:
    """Return the numbers of the orders that were written since an instant, or shipped since a day."""
    instant = f"{since:%Y-%m-%d %H:%M:%S}"
    found: set[Any] = set()
    for name in _REQUIRED:
        there = _there(connection, name)
        number = _text_of(name, "order_number", there)
        conditions = [
            sa.cast(sa.column(column), sa.String)
            >= (first_day.isoformat() if column.endswith("_date") else instant)
            for column in _DATED.get(name, _DATED_SHIPPED)
            if column in there
        ]
        query = sa.select(number).select_from(sa.table(name)).where(sa.or_(sa.false(), *conditions)).distinct()
        found.update(connection.execute(query).scalars().all())
    return found - {None}


def rows_of(connection: sa.Connection, numbers: Sequence[str]) -> TheirRows:
    """Return the rows of the orders with these numbers."""
    orders = _read(connection, "orders_inbox", numbers)
    with_lines = _ids_with_lines(connection, orders["id"].to_pylist())
    has_lines = [None if with_lines is None else str(int(id_ in with_lines)) for id_ in orders["id"].to_pylist()]
    there = _there(connection, "orders_inbox")
    return TheirRows(
        orders=orders.append_column("has_lines", pa.array(has_lines, pa.string())),
        shipped_orders=_read(connection, "shipped_orders", numbers),
        shipped_items=_read(connection, "shipped_items", numbers),
        order_columns=frozenset(
            name for name, names in _COLUMNS["orders_inbox"].items() if there.intersection(names)
        ),
        orphaned_lines=_orphaned_lines(connection),
        last_syncs={"orders": _order_syncs(connection), "shipped": _shipment_syncs(connection)},
    )


def _engine(url: URL, *, writable: bool) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        timeout = {"connect_timeout": _CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=timeout)
    path = Path(url.database or "")
    if not path.is_file():
        raise NotTheFormerSystem(f"There is no file {path}. Name the former system's database.")

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(path) if writable else connect_to(path)
        made.isolation_level = None
        return made

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction with one consistent view of the database, and instants in UTC."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("begin")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set transaction isolation level repeatable read")
        connection.exec_driver_sql("set local time zone 'UTC'")


def _check(connection: sa.Connection, address: str) -> None:
    missing = sorted(set(_REQUIRED) - set(sa.inspect(connection).get_table_names()))
    if missing:
        raise NotTheFormerSystem(
            f"{address} is not the former system's database: it has no table {', '.join(missing)}."
        )


def _reason(problem: BaseException, url: URL) -> str:
    lines = str(getattr(problem, "orig", None) or problem).strip().splitlines() or ["no reason given"]
    return without_passwords(lines[0], url)


def _there(connection: sa.Connection, name: str) -> set[str]:
    """Return the columns of a table; none when it does not exist."""
    inspector = sa.inspect(connection)
    return {column["name"] for column in inspector.get_columns(name)} if inspector.has_table(name) else set()


def _text_of(name: str, column: str, there: set[str]) -> Any:
    """Return the expression of a column as text, null where this version lacks it."""
    known = next((spelt for spelt in _COLUMNS[name][column] if spelt in there), None)
    value = sa.null() if known is None else sa.column(known)
    return sa.cast(value, sa.String).label(column)


def _read(connection: sa.Connection, name: str, numbers: Sequence[str]) -> pa.Table:
    there, columns = _there(connection, name), list(_COLUMNS[name])
    schema = pa.schema([(column, pa.string()) for column in columns])
    selected = sa.select(*(_text_of(name, column, there) for column in columns)).select_from(sa.table(name))
    number = sa.column("order_number", sa.String)
    batches = []
    for first in range(0, len(numbers), _NUMBERS_AT_ONCE):
        wanted = selected.where(number.in_(numbers[first : first + _NUMBERS_AT_ONCE]))
        rows = connection.execute(wanted).fetchall()
        values = list(zip(*rows, strict=True)) or [()] * len(columns)
        batches.append(pa.table([pa.array(one, pa.string()) for one in values], schema=schema))
    return pa.concat_tables(batches) if batches else schema.empty_table()


def _ids_with_lines(connection: sa.Connection, ids: Sequence[str]) -> set[str] | None:
    """Return the orders that have lines; None where no lines are stored."""
    if not _there(connection, "order_items_inbox"):
        return None
    of_order = sa.cast(sa.column("order_inbox_id"), sa.String)
    found: set[str] = set()
    for first in range(0, len(ids), _NUMBERS_AT_ONCE):
        wanted = of_order.in_(ids[first : first + _NUMBERS_AT_ONCE])
        query = sa.select(of_order).select_from(sa.table("order_items_inbox")).where(wanted).distinct()
        found.update(connection.execute(query).scalars().all())
    return found


def _orphaned_lines(connection: sa.Connection) -> int:
    if not _there(connection, "order_items_inbox"):
        return 0
    query = (
        "select count(*) from order_items_inbox lines"
        " left join orders_inbox orders on orders.id = lines.order_inbox_id where orders.id is null"
    )
    return int(connection.execute(sa.text(query)).scalar_one())


def _order_syncs(connection: sa.Connection) -> list[str]:
    """Return when it last synced orders: when its watermark was written, not the instant in it."""
    synced = _newest(connection, "sync_watermark", "updated_at")
    return synced or [
        *_newest(connection, "orders_inbox", "updated_at"),
        *_newest(connection, "orders_inbox", "created_at"),
    ]


def _shipment_syncs(connection: sa.Connection) -> list[str]:
    tables = ("shipped_orders", "shipped_items")
    found = [
        one for table in tables for at in ("created_at", "updated_at") for one in _newest(connection, table, at)
    ]
    if {"name", "last_run_at", "status"} <= _there(connection, "workflows"):
        query = (
            "select max(cast(last_run_at as varchar(40))) from workflows"
            " where name like :like and status <> 'failed'"
        )
        last_run = connection.execute(sa.text(query), {"like": "%shipment%"}).scalar()
        found += [] if last_run is None else [str(last_run)]
    return found


def _newest(connection: sa.Connection, table: str, column: str) -> list[str]:
    if column not in _there(connection, table):
        return []
    newest = sa.func.max(sa.cast(sa.column(column), sa.String))
    value = connection.execute(sa.select(newest).select_from(sa.table(table))).scalar()
    return [] if value is None else [str(value)]
