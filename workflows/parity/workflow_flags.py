"""The flags that switch the former system's workflows on, where its database has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

# Table, name and flag: `workflows` of the first version, `workflow_controls` of the later one.
_KEPT = (("workflows", "name", "enabled"), ("workflow_controls", "workflow_name", "enabled"))


@dataclass(frozen=True)
class Flag:
    """A flag that was on.

    Attributes:
        table: Where it is kept.
        name: Whose it is.
        before: Its value before anybody touched it.
    """

    table: str
    name: str
    before: Any


def active_flags(connection: sa.Connection) -> list[Flag]:
    """Return the flags that are on."""
    found: list[Flag] = []
    for table in _tables(connection):
        name, flag = _columns(table)
        rows = connection.execute(sa.select(name, flag).order_by(name))
        found += [Flag(table.name, str(key), value) for key, value in rows if value in (True, 1)]
    return found


def turn_off(connection: sa.Connection, flags: Iterable[Flag]) -> None:
    """Turn flags off; one that is off stays so."""
    _set(connection, ((flag, type(flag.before)(0)) for flag in flags))


def turn_back(connection: sa.Connection, flags: Iterable[Flag]) -> None:
    """Give flags the values they had before."""
    _set(connection, ((flag, flag.before) for flag in flags))


def _set(connection: sa.Connection, values: Iterable[tuple[Flag, Any]]) -> None:
    tables = {table.name: table for table in _tables(connection)}
    for flag, value in values:
        if flag.table in tables:
            name, column = _columns(tables[flag.table])
            update = sa.update(tables[flag.table]).where(name == flag.name).values({column: value})
            connection.execute(update)


def _tables(connection: sa.Connection) -> list[sa.Table]:
    inspector = sa.inspect(connection)
    return [
        sa.Table(table, sa.MetaData(), autoload_with=connection)
        for table, name, flag in _KEPT
        if inspector.has_table(table) and {name, flag} <= {one["name"] for one in inspector.get_columns(table)}
    ]


def _columns(table: sa.Table) -> tuple[Any, Any]:
    name, flag = next((name, flag) for known, name, flag in _KEPT if known == table.name)
    return table.c[name], table.c[flag]
