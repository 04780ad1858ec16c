"""List requests: parse the query string, and select the matching rows of a table.

Rules: the table "Endpoints that matter" and the sections "Time" and "Paging" of the API notes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.pacific import parse_bound
from sandbox.resources import PRODUCTS, Resource
from sandbox.settings import Bounds
from sandbox.table import Record, Table

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500
# Sorts after every digit and every sign that can follow the seconds of a stored time.
_AFTER = "~"


class InvalidParametersError(Exception):
    """Filters the API cannot read; `model_state` maps the parameter's name to messages."""

    def __init__(self, model_state: dict[str, list[str]]) -> None:
        """Store the messages of each parameter."""
        super().__init__("The request is invalid.")
        self.model_state = model_state


@dataclass(frozen=True)
class Query:
    """One list request. `ranges` maps a date field to its lowest and highest key (both may be None)."""

    ranges: Mapping[str, tuple[str | None, str | None]]
    tests: tuple[Callable[[Record], bool], ...]
    sort_field: str
    descending: bool
    page: int
    page_size: int
    signature: tuple[tuple[str, str], ...]


def read_query(resource: Resource, parameters: Mapping[str, str], bounds: Bounds, by_instant: bool) -> Query:
    """Parse a query string. Filters that the resource does not have are ignored.

    InvalidParametersError for dates and numbers that cannot be read.
    """
    problems: dict[str, list[str]] = {}
    ranges: dict[str, tuple[str | None, str | None]] = {}
    for prefix, field in resource.ranges.items():
        names = (prefix + "Start", prefix + "End") if prefix else ("startDate", "endDate")
        found = [_bound(parameters.get(name), name, by_instant, problems) for name in names]
        if any(found):
            low, high = found
            inclusive = bounds == "inclusive"
            # Keys carry fractions, bounds whole seconds: the suffix decides on which side that second falls.
            ranges[field] = (
                None if low is None else low if inclusive else low + _AFTER,
                None if high is None else high + _AFTER if inclusive else high,
            )
    page = _integer(parameters.get("page"), "page", 1, problems)
    page_size = _integer(parameters.get("pageSize"), "pageSize", DEFAULT_PAGE_SIZE, problems)
    if problems:
        raise InvalidParametersError(problems)
    kept = tuple(sorted((name, value) for name, value in parameters.items() if not name.startswith("page")))
    return Query(
        ranges=ranges,
        tests=tuple(_tests(resource, parameters)),
        sort_field=resource.sorts.get(parameters.get("sortBy", "").lower(), resource.id_field),
        descending=parameters.get("sortDir", "").upper() == "DESC",
        page=max(page, 1),
        page_size=min(max(page_size, 1), MAX_PAGE_SIZE),
        signature=kept,
    )


def select(table: Table, query: Query) -> list[int]:
    """Return the ids of all matching rows, sorted."""
    spans = {field: _span(table, field, low, high) for field, (low, high) in query.ranges.items()}
    if not spans:
        ids = [row_id for _, row_id in table.index(query.sort_field)]
    else:
        driver = min(spans, key=lambda field: spans[field][1] - spans[field][0])
        low, high = spans.pop(driver)
        ids = [row_id for _, row_id in table.index(driver)[low:high]]
        for field in spans:
            start, end = query.ranges[field]
            ids = [row_id for row_id in ids if _within(_key(table, row_id, field), start, end)]
        if driver != query.sort_field:
            ids.sort(key=lambda row_id: (_key(table, row_id, query.sort_field), row_id))
    for test in query.tests:
        ids = [row_id for row_id in ids if _passes(table, row_id, test)]
    if query.descending:
        ids.reverse()
    return ids


def _bound(text: str | None, name: str, by_instant: bool, problems: dict[str, list[str]]) -> str | None:
    if not text:
        return None
    try:
        return parse_bound(text, by_instant)
    except (ValueError, OverflowError):
        problems[name] = [f"The value '{text}' is not valid for {name}."]
        return None


def _integer(text: str | None, name: str, default: int, problems: dict[str, list[str]]) -> int:
    if not text:
        return default
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        problems[name] = [f"The value '{text}' is not valid for {name}."]
        return default
    return int(text)


def _tests(resource: Resource, parameters: Mapping[str, str]) -> list[Callable[[Record], bool]]:
    tests: list[Callable[[Record], bool]] = []
    for name, facet in resource.equals.items():
        if parameters.get(name):
            tests.append(_equal(resource.facets.index(facet), parameters[name].lower()))
    for name, facet in resource.prefixes.items():
        if parameters.get(name):
            tests.append(_starts(resource.facets.index(facet), parameters[name].lower()))
    if resource.name == "orders":
        if parameters.get("customerName"):
            tests.append(_customer(parameters["customerName"].lower()))
        if parameters.get("itemKeyword"):
            tests.append(_keyword(parameters["itemKeyword"].lower()))
    if resource is PRODUCTS and parameters.get("showInactive", "").lower() != "true":
        tests.append(_equal(resource.facets.index("active"), "true"))
    return tests


def _equal(position: int, value: str) -> Callable[[Record], bool]:
    return lambda record: str(record.facets[position]).lower() == value


def _starts(position: int, value: str) -> Callable[[Record], bool]:
    return lambda record: str(record.facets[position]).lower().startswith(value)


def _customer(value: str) -> Callable[[Record], bool]:
    def matches(record: Record) -> bool:
        row = record.row()
        return any(value in str((row.get(side) or {}).get("name")).lower() for side in ("billTo", "shipTo"))

    return matches


def _keyword(value: str) -> Callable[[Record], bool]:
    def matches(record: Record) -> bool:
        lines = record.row().get("items") or []
        return any(value in str(line.get(field) or "").lower() for line in lines for field in ("sku", "name"))

    return matches


def _span(table: Table, field: str, low: str | None, high: str | None) -> tuple[int, int]:
    index = table.index(field)
    # The empty key of null is below every bound: a row without the date matches no filter on it.
    start = bisect_left(index, (low or "!",))
    return start, max(start, len(index) if high is None else bisect_left(index, (high,)))


def _within(key: str, low: str | None, high: str | None) -> bool:
    return key != "" and (low is None or key >= low) and (high is None or key < high)


def _key(table: Table, row_id: int, field: str) -> str:
    record = table.get(row_id)
    return "" if record is None else table.key(record, field)


def _passes(table: Table, row_id: int, test: Callable[[Record], bool]) -> bool:
    record = table.get(row_id)
    return record is not None and test(record)
