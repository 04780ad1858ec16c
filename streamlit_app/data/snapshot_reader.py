"""Read the published snapshot: the newest version, never through the link `current.duckdb`.

DuckDB caches an open path in the process, so the link would keep showing old data. A version never changes, so
results are cached by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st
from duckdb import DuckDBPyRelation

from workflows.page_api import Dates, Settings, open_snapshot

_CURRENT = "current.duckdb"
_CACHED_RESULTS = 256
# The current version, and the one before it, which an open page may still read.
_KEPT_OPEN = 2


class SnapshotGone(Exception):
    """This version was deleted because there are newer ones."""


class SnapshotUnreadable(Exception):
    """The file is damaged, or made by a release with other tables."""


@dataclass(frozen=True)
class Snapshot:
    """One published version.

    Attributes:
        path: The version's own file, not the link.
        as_of: The instant it describes, UTC.
        dates: How its days are written.
    """

    path: Path
    as_of: datetime
    dates: Dates

    def table(self, query: str, *parameters: Any) -> pa.Table:
        """Return the result of a query, cached.

        Raises:
            SnapshotGone: This version was deleted.
            SnapshotUnreadable: A table or a column is missing.
        """
        return _cached(str(self.path), query, parameters)

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the result as a list of dictionaries, instants in UTC."""
        rows: list[dict[str, Any]] = self.table(query, *parameters).to_pylist()
        return rows

    def row(self, query: str, *parameters: Any) -> dict[str, Any]:
        """Return the one row of an aggregate."""
        return self.rows(query, *parameters)[0]

    def uncached_rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return a large result for a file, without caching it."""
        rows: list[tuple[Any, ...]] = _run(str(self.path), query, parameters, DuckDBPyRelation.fetchall)
        return rows


def current_snapshot(settings: Settings) -> Snapshot | None:
    """Return the newest published version, None before the first publication.

    Raises:
        SnapshotUnreadable: The file is not a snapshot.
    """
    link = settings.published / _CURRENT
    for _ in range(3):
        try:
            path = link.resolve(strict=True)
            return Snapshot(path, _as_of(path), settings.dates)
        except OSError:
            return None
        except SnapshotGone:
            continue
    return None


def _as_of(path: Path) -> datetime:
    found = _cached(str(path), "select epoch_us(as_of) as at from marts.snapshot_info", ()).to_pylist()
    if not found:
        raise SnapshotUnreadable("snapshot_info is empty")
    return datetime.fromtimestamp(found[0]["at"] / 1e6, UTC)


@st.cache_data(max_entries=_CACHED_RESULTS, show_spinner=False)
def _cached(path: str, query: str, parameters: Sequence[Any]) -> pa.Table:
    return _run(path, query, parameters, DuckDBPyRelation.to_arrow_table)


def _run(path: str, query: str, parameters: Sequence[Any], take: Any) -> Any:
    try:
        with _kept_open(path).cursor() as cursor:
            return take(cursor.sql(query, params=list(parameters)))
    except (duckdb.CatalogException, duckdb.BinderException) as problem:
        raise SnapshotUnreadable(str(problem).splitlines()[0]) from problem
    except duckdb.Error as problem:
        if not Path(path).exists():
            raise SnapshotGone(path) from problem
        raise SnapshotUnreadable(str(problem).splitlines()[0]) from problem


@st.cache_resource(max_entries=_KEPT_OPEN, show_spinner=False)
def _kept_open(path: str) -> duckdb.DuckDBPyConnection:
    """Return an open connection. Opening 1,000,000 orders takes 15 ms, longer than most queries."""
    return open_snapshot(Path(path))
