"""A closed month whose carriers' bills are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from command_line import CommandLine


@dataclass(frozen=True)
class Billed:
    """A home with a closed month whose bills are loaded.

    Attributes:
        home: Its directory.
        url: Its ShipStation.
        month: The first day of the closed month.
        planted: By carrier and kind of difference, the labels and the cents that they were billed.
        costs: What each label cost, in cents; 0 if it is void.
        frozen: The hash of the month when it was closed.
        files: The bills.
        answer: The answer of the command that imported the last one.
    """

    home: Path
    url: str
    month: date
    planted: dict[str, dict[str, dict[int, int]]]
    costs: dict[int, int]
    frozen: str
    files: list[Path]
    answer: dict[str, Any]

    @cached_property
    def _snapshot(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.home / "published" / "current.duckdb"), read_only=True)

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query to the snapshot that was published when it was first asked."""
        return self._snapshot.execute(sql).fetchall()

    @property
    def line(self) -> CommandLine:
        return CommandLine(self.home, self.url)
