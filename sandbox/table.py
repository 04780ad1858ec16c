"""The rows of one list: payloads, and sorted indexes that edits keep up to date."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

import orjson

from sandbox.resources import Resource, Row

KeyOf = Callable[[object, bool], str]


class Record:
    """A row: its payload, and the values for filters: `dates` (sort keys) and `facets`."""

    __slots__ = ("dates", "facets", "id", "payload")

    def __init__(self, id: int, payload: bytes, dates: tuple[str, ...], facets: tuple[Any, ...]) -> None:
        """Store the parts; `dates` and `facets` are in the order of the resource's fields."""
        self.id = id
        self.payload = payload
        self.dates = dates
        self.facets = facets

    def row(self) -> Row:
        """Return the payload as a new dict."""
        return cast(Row, orjson.loads(self.payload))


class Table:
    """The rows of one resource by id, with an index for each sort order, built when first asked for.

    Only payloads are kept, not dicts too: 100,000 orders take 0.3 GB instead of more than 1 GB, and a dict
    is one parse away. Not thread-safe by itself: the book holds the lock.
    """

    def __init__(self, resource: Resource, key_of: KeyOf) -> None:
        """Create an empty table; `key_of` turns a stored time into a sort key (by wall time or by instant)."""
        self.resource = resource
        self.version = 0
        self._key_of = key_of
        self._records: dict[int, Record] = {}
        self._indexes: dict[str, list[tuple[Any, int]]] = {}
        self._paths = tuple(tuple(name.split(".")) for name in resource.facets)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        """Iterate over the records in insertion order."""
        return iter(self._records.values())

    def __contains__(self, row_id: int) -> bool:
        """Return whether there is a row with this id."""
        return row_id in self._records

    def get(self, row_id: int) -> Record | None:
        """Return the record with this id, if any."""
        return self._records.get(row_id)

    def record_of(self, row: Row, payload: bytes | None = None, second_pass: Collection[str] = ()) -> Record:
        """Return a record of a row, without storing it.

        `payload` are the bytes to serve when they are known already; `second_pass` names the date fields
        that lie in the repeated hour after the clocks went back. ValueError without an integer id.
        """
        resource = self.resource
        row_id = row.get(resource.id_field)
        if not isinstance(row_id, int) or isinstance(row_id, bool):
            raise ValueError(f"A row of {resource.name} needs an integer {resource.id_field}, not {row_id!r}.")
        key_of = self._key_of
        dates = tuple([key_of(row.get(name), name in second_pass) for name in resource.date_fields])
        facets = tuple([_reach(row, path) for path in self._paths])
        # orjson's buffer is larger than its text: an exact copy lets the next row use the buffer again.
        body = bytes(memoryview(orjson.dumps(row))) if payload is None else payload
        return Record(row_id, body, dates, facets)

    def put(self, record: Record) -> None:
        """Store a record, replacing the one with its id."""
        old = self._records.get(record.id)
        for name, index in self._indexes.items():
            if old is not None:
                del index[bisect_left(index, (self.key(old, name), old.id))]
            insort(index, (self.key(record, name), record.id))
        self._records[record.id] = record
        self.version += 1

    def delete(self, row_id: int) -> bool:
        """Delete a row; False when it did not exist."""
        old = self._records.pop(row_id, None)
        if old is None:
            return False
        for name, index in self._indexes.items():
            del index[bisect_left(index, (self.key(old, name), row_id))]
        self.version += 1
        return True

    def key(self, record: Record, name: str) -> Any:
        """Return the sort key of a record for a date field, a facet (as text) or, for any other name, its id."""
        resource = self.resource
        if name in resource.date_fields:
            return record.dates[resource.date_fields.index(name)]
        if name in resource.facets:
            return str(record.facets[resource.facets.index(name)] or "")
        return record.id

    def index(self, name: str) -> list[tuple[Any, int]]:
        """Return pairs of (key, id) in ascending order of a date field, a facet or the id."""
        index = self._indexes.get(name)
        if index is None:
            index = sorted([(self.key(record, name), record.id) for record in self._records.values()])
            self._indexes[name] = index
        return index

    def ids_with(self, name: str, value: object) -> list[int]:
        """Return the ids of the rows whose facet has this value (as text), in ascending order."""
        index = self.index(name)
        text = str(value)
        low = bisect_left(index, (text,))
        return [row_id for _, row_id in index[low : bisect_left(index, (text + "\0",))]]


def _reach(row: Row, path: tuple[str, ...]) -> Any:
    value: Any = row
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
