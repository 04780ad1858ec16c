"""Reading the published snapshot: always the newest version, never the link itself.

An open path is cached for each process, so the link would go on showing old data; a version's name never means
other data, so results are cached by it.
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

from workflows.page_api import Settings, open_snapshot

_CURRENT = "current.duckdb"
_CACHED_RESULTS = 256
# The version that is shown, and the one before it, which some open page may still read.
_KEPT_OPEN = 2


class SnapshotGone(Exception):
    """This version was deleted, as old ones are; there is a newer one."""


class SnapshotUnreadable(Exception):
    """The file is damaged, or was made by another release: it lacks what the page shows."""


@dataclass(frozen=True)
class Snapshot:
    """One published version.

    Attributes:
        path: The version's own file, not the link.
        as_of: The instant it describes, UTC.
    """

    path: Path
    as_of: datetime

    def table(self, query: str, *parameters: Any) -> pa.Table:
        """The result of a query, cached for as long as this version is shown.

        Raises:
            SnapshotGone: This version was deleted meanwhile.
            SnapshotUnreadable: It lacks a table or a column.
        """
        return _cached(str(self.path), query, parameters)

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """The same as a list of dictionaries. Instants come with their time zone, UTC."""
        rows: list[dict[str, Any]] = self.table(query, *parameters).to_pylist()
        return rows

    def row(self, query: str, *parameters: Any) -> dict[str, Any]:
        """The one row of an aggregate."""
        return self.rows(query, *parameters)[0]

    def uncached_rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """A large result that is wanted once, for a file."""
        rows: list[tuple[Any, ...]] = _run(str(self.path), query, parameters, DuckDBPyRelation.fetchall)
        return rows


def current_snapshot(settings: Settings) -> Snapshot | None:
    """The newest published version, None before the first publication.

    Raises:
        SnapshotUnreadable: There is a file that is no snapshot of ours.
    """
    link = settings.published / _CURRENT
    for _ in range(3):
        try:
            path = link.resolve(strict=True)
            return Snapshot(path, _as_of(path))
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
    """A version's database. To open one of 1,000,000 orders takes longer (15 ms) than most questions to it."""
    return open_snapshot(Path(path))
