"""The products and the opening balances, from the reference files.

Read from the files themselves, so that an entry is checked against them also before the first build.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workflows.config.sku_spelling import spelled
from workflows.errors import ConfigurationError


@dataclass(frozen=True)
class Reference:
    """The products and the ledger's first day.

    Attributes:
        stocked: Codes of the products that are stocked here.
        sold_only: Codes of products that are sold, but not stocked here.
        components: For each alias (bundle, pack, promotional SKU) the units of each product it stands for.
        opening_day: The business day whose end the opening balances are of.
        opening_lots: The lots of the opening balances, as (SKU, lot).
    """

    stocked: frozenset[str]
    sold_only: frozenset[str]
    components: dict[str, dict[str, int]]
    opening_day: date
    opening_lots: frozenset[tuple[str, str]]


def read_reference(seeds: Path) -> Reference:
    """Read the reference files of a folder, as of `Settings.reference`.

    Raises:
        ConfigurationError: A file is missing, or a row cannot be read.
    """
    try:
        products = {
            spelled(row["sku_code"]): row["is_key_product"].lower() == "true" for row in seed_rows("skus", seeds)
        }
        openings = list(seed_rows("opening_balances", seeds))
        return Reference(
            stocked=frozenset(code for code, is_key in products.items() if is_key),
            sold_only=frozenset(code for code, is_key in products.items() if not is_key),
            components=_components(seed_rows("sku_aliases", seeds)),
            opening_day=min(date.fromisoformat(row["opening_date"]) for row in openings),
            opening_lots=frozenset(
                (spelled(row["sku_code"]), spelled(row["lot_number"])) for row in openings if row["lot_number"]
            ),
        )
    except (OSError, KeyError, ValueError, csv.Error) as problem:
        raise ConfigurationError(
            f"The reference files in {seeds} cannot be read ({problem}). Restore them, or correct the row."
        ) from problem


def seed_rows(name: str, seeds: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of one reference file, as text by column."""
    with (seeds / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            if None in row or None in row.values():
                raise ValueError(f"{name}.csv has a row with too many or too few columns, line {number}")
            yield row


def copy_reference(seeds: Path, folder: Path) -> dict[str, Any]:
    """Copy the reference files to a folder, to edit. A file that exists is kept as it is.

    Returns:
        `folder`, and the names `written` and `kept`.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    written, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(seeds.glob("*.csv")):
            try:
                with (folder / file.name).open("xb") as copy:
                    copy.write(file.read_bytes())
                written.append(file.name)
            except FileExistsError:
                kept.append(file.name)
    except OSError as problem:
        raise ConfigurationError(
            f"The reference files cannot be written to {folder} ({problem.strerror}). Name another folder."
        ) from problem
    return {"folder": str(folder), "written": written, "kept": kept}


def _components(aliases: Iterator[dict[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in aliases:
        found.setdefault(spelled(row["alias_sku"]), {})[spelled(row["component_sku"])] = int(row["multiplier"])
    return found
