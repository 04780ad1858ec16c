"""What labels say of the lines of an order: all of it, less, more, nothing, zeros, other lots, or no line's id."""

from __future__ import annotations

import random
from collections.abc import Iterator

from shipstation_payloads import Payload, line

OTHER_LOTS = ["250240", "250297", "11001"]


def listed_on_labels(rng: random.Random, lines: list[Payload]) -> list[list[Payload] | None]:
    """The items of each label of an order; None for a label that lists nothing."""
    number = rng.choice([1, 1, 1, 2, 3])
    if rng.random() < 0.35:
        return _shared_out(rng, lines, number)
    return [_listed(rng, lines) if rng.random() < 0.6 else None for _ in range(number)]


def _shared_out(rng: random.Random, lines: list[Payload], number: int) -> list[list[Payload] | None]:
    """The lines of an order on several labels, each unit once; now and then the last label does not say so."""
    names_lines = rng.random() < 0.5
    labels: list[list[Payload]] = [[] for _ in range(number)]
    for row in _as_printed(rng, lines, names_lines):
        left = row["quantity"]
        for items in labels[:-1]:
            part = rng.randint(0, left)
            items.append(row | {"quantity": part})
            left -= part
        labels[-1].append(row | {"quantity": left})
    return [*labels[:-1], rng.choice([labels[-1], labels[-1], None])]


def _as_printed(rng: random.Random, lines: list[Payload], names_lines: bool) -> Iterator[Payload]:
    """The lines with their ids, or without: then lines of one text may be printed as one item."""
    if names_lines:
        yield from lines
        return
    together = rng.random() < 0.5
    seen: dict[str | None, int] = {}
    for row in lines:
        if row["adjustment"]:
            continue
        seen[row["sku"]] = seen.get(row["sku"], 0) + row["quantity"]
        if not together:
            yield row | {"orderItemId": None}
    if together:
        yield from (line(text, quantity, orderItemId=None) for text, quantity in seen.items())


def _listed(rng: random.Random, lines: list[Payload]) -> list[Payload]:
    """Some of the lines with any quantity; ids may be missing or of no line, and the lot another."""
    zeros_only = rng.random() < 0.1
    without_ids = rng.random() < 0.3
    items = []
    for row in lines:
        if rng.random() < 0.3:
            continue
        sold = row["quantity"]
        item = row | {"quantity": 0 if zeros_only else rng.choice([sold, sold, sold // 2, sold + 1])}
        if without_ids:
            item["orderItemId"] = None
        if rng.random() < 0.08:
            item["orderItemId"] = rng.choice([999_999, *(other["orderItemId"] for other in lines)])
        if row["sku"] and rng.random() < 0.1:
            item["sku"] = f"{row['sku'].split('-')[0].strip()} - {rng.choice(OTHER_LOTS)}"
        items.append(item)
    if rng.random() < 0.08:
        items.append(line(rng.choice(["17612", "17914", "18795 - 11001"]), rng.randint(0, 6), orderItemId=None))
    return items
