"""The second half of a migration's validation: reference data, and the marts that were built with the old data.

The expected figures are computed in plain Python from the former system's SQLite file.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.reference_data import Reference, read_reference, seed_rows
from workflows.migration.migration_checks import FAILED, NO_DAY, NOTED, Check, compare

_SEEDS = "seeds"
_SIGNS = {"Receive": 1, "Repack": 1, "Adjust Up": 1, "Adjust Down": -1}
_Units = Counter[tuple[str, str]]
_RATES = {"OrderCharge": "order", "PackageCharge": "handling", "SpaceRentalRate": "storage"}


def check_reference(there: sqlite3.Connection, seeds: Path) -> Iterator[Check]:
    """Compare products, bundles, pallets, rates and opening balances with the reference files, which decide."""
    reference = read_reference(seeds)
    products = there.execute(
        "select sku, parameter_name from configuration_params where category = 'Key Products'"
    ).fetchall()
    known = {row["sku_code"]: row["product_name"] for row in seed_rows("skus", seeds)}
    yield _listed("products", products, [one for one in products if one[0] not in reference.stocked], _SEEDS)
    renamed = [(sku, name) for sku, name in products if sku in known and known[sku] != name]
    yield _listed("product names", products, renamed, _SEEDS)
    bundles = there.execute(
        "select bundle_sku, component_sku, multiplier from bundle_skus"
        " join bundle_components on bundle_sku_id = bundle_skus.id"
    ).fetchall()
    aliases = {
        (row["alias_sku"], row["component_sku"], int(row["multiplier"])) for row in seed_rows("sku_aliases", seeds)
    }
    yield _listed("bundles", bundles, [one for one in bundles if one not in aliases], "seeds/sku_aliases.csv")
    pallets = _configured(there, "PalletConfig", "PalletCount")
    factors = {(row["sku_code"], row["units_per_pallet"]) for row in seed_rows("pallet_factors", seeds)}
    yield _listed(
        "units per pallet", pallets, [one for one in pallets if one not in factors], "seeds/pallet_factors.csv"
    )
    rates = there.execute(
        "select parameter_name, value from configuration_params where category = 'Rates'"
    ).fetchall()
    charged = {(row["charge_type"], int(row["rate_cents"])) for row in seed_rows("rate_card", seeds)}
    other = [one for one in rates if (_RATES.get(one[0], one[0]), _cents(one[1])) not in charged]
    yield _listed("rates", rates, other, "seeds/rate_card.csv")
    openings = _configured(there, "InitialInventory", "EOD_Prior_Week")
    held: Counter[str] = Counter()
    for row in seed_rows("opening_balances", seeds):
        held[row["sku_code"]] += int(row["quantity"])
    wrong = [one for one in openings if str(held[one[0]]) != one[1]]
    yield _listed("opening balances", openings, wrong, "seeds/opening_balances.csv")


def check_ledger(
    there: sqlite3.Connection,
    here: duckdb.DuckDBPyConnection,
    reference: Reference,
    first_label: str | None,
    today: date,
) -> Iterator[Check]:
    """Compare the marts as built, not yet published, with the file. What is dated in the future is in neither.

    Args:
        there: The SQLite file.
        here: The ledger with schema `marts`.
        reference: The reference data.
        first_label: The day of ShipStation's first label as ISO text; from then on ShipStation decides.
        today: The business's day.
    """
    yield compare(
        "transactions booked by SKU",
        _booked(there, reference, today),
        _pairs(here, "select sku_code, sum(quantity) from marts.inventory_transactions"
                     " where transaction_id like 'legacy:%' group by 1"),
    )  # fmt: skip
    only_there, also_here = _known_where(there, here, reference, first_label, today)
    shipped = "select ship_date::varchar, sku_code, sum(quantity_shipped) from marts.shipped_items where"
    theirs = f"{shipped} sku_code is not null and"
    ours = _pairs(here, f"{theirs} shipment_id < 0 group by all")
    yield compare("units only the former system knows", only_there, ours)
    found = _pairs(here, f"{theirs} coalesce(shipment_id, 1) > 0 group by all")
    common = {key: value for key, value in found.items() if key in also_here}
    yield compare("units ShipStation knows, and decides", also_here, common, NOTED)
    days = {day for day, _ in (only_there + also_here)}
    first_day = min([*days, *filter(None, [first_label])], default="9999-12-31")
    weeks = _whole_weeks(there, reference, first_day)
    found = _pairs(
        here, "select week_start_date::varchar, sku_code, quantity_shipped from marts.weekly_shipped_history"
    )
    kept = {key: value for key, value in found.items() if key in weeks}
    yield compare("weeks before the first known day", weeks, kept)
    yield _last_shelf(there, here, max(days, default=None))


def _known_where(
    there: sqlite3.Connection,
    here: duckdb.DuckDBPyConnection,
    reference: Reference,
    first_label: str | None,
    today: date,
) -> tuple[_Units, _Units]:
    """Return the file's units by day and product: those that only it knows, and those that ShipStation has too."""
    known = {number for (number,) in here.execute("select order_number from marts.orders_inbox").fetchall()}
    only_there: _Units = Counter()
    also_here: _Units = Counter()
    for day, number, sku, quantity in _shipped(there, reference, today):
        alone = number not in known and (first_label is None or day < first_label)
        (only_there if alone else also_here)[day, sku] += quantity
    return only_there, also_here


def _whole_weeks(there: sqlite3.Connection, reference: Reference, first_day: str) -> dict[tuple[str, str], int]:
    """Return the units of the file's weeks that begin before a day, by Monday and product."""
    history = there.execute(
        "select start_date, sku, quantity_shipped from weekly_shipped_history where start_date < ?"
        " and strftime('%w', start_date) = '1' and date(start_date, '+6 days') = end_date",
        [first_day],
    ).fetchall()
    return {(start, sku): int(quantity) for start, sku, quantity in history if sku in reference.stocked}


def _last_shelf(there: sqlite3.Connection, here: duckdb.DuckDBPyConnection, day: str | None) -> Check:
    """Compare the stock on the file's last day; the former system's figure is shown, and ours counts."""
    theirs = {sku: int(n) for sku, n in there.execute("select sku, current_quantity from inventory_current")}
    query = "select sku_code, quantity_on_hand from marts.inventory_daily where inventory_date = ?"
    ours = {sku: int(quantity) for sku, quantity in here.execute(query, [day]).fetchall()}
    return compare(f"on hand at the end of {day}", theirs, ours, NOTED)


def _booked(there: sqlite3.Connection, reference: Reference, today: date) -> dict[str, int]:
    """Return the signed units that the ledger must have booked: transactions after the opening day up to now."""
    booked: Counter[str] = Counter()
    for day, sku, kind, quantity in there.execute(
        "select date, sku, transaction_type, quantity from inventory_transactions"
    ):
        is_real = kind in _SIGNS and sku in reference.stocked
        booked_on = _day(day)
        if is_real and booked_on is not None and reference.opening_day < booked_on <= today:
            booked[sku] += quantity if kind in ("Receive", "Repack") else _SIGNS[kind] * abs(quantity)
    return dict(booked)


def _shipped(there: sqlite3.Connection, reference: Reference, today: date) -> Iterator[tuple[str, str, str, int]]:
    """Return day, order, product and units of each line, dated by its order if it has no day; aliases resolved."""
    rows = there.execute(
        "select i.ship_date, o.ship_date, i.order_number, coalesce(nullif(trim(i.sku_lot), ''), i.base_sku),"
        " i.quantity_shipped from shipped_items i left join shipped_orders o on i.order_number = o.order_number"
    )
    for line_day, order_day, number, text, quantity in rows:
        days = [day for day in (line_day, order_day) if day != NO_DAY and _day(day or "") is not None]
        whole = re.sub(r"\s*-\s*", "-", text.strip())
        sku = whole if whole in reference.components else whole.split("-")[0]
        parts = reference.components.get(sku, {sku: 1} if sku in reference.stocked | reference.sold_only else {})
        for part, units in parts.items() if days and days[0][:10] <= today.isoformat() else ():
            yield days[0][:10], number, part, units * quantity


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _configured(there: sqlite3.Connection, category: str, name: str) -> list[tuple[str, str]]:
    query = "select sku, value from configuration_params where category = ? and parameter_name = ?"
    return there.execute(query, [category, name]).fetchall()


def _cents(text: str) -> int | None:
    try:
        return round(float(text) * 100)
    except ValueError:
        return None


def _listed(what: str, rows: list[Any], other: list[Any], file: str) -> Check:
    """Compare rows of the reference data: those that differ are left out, because the seeds decide."""
    shown = ", ".join(" ".join(map(str, row)) for row in other[:5])
    detail = f"left out, {file} decides: {shown}" if other else ""
    return Check(what, str(len(rows)), str(len(rows) - len(other)), NOTED if other else "ok", detail)


def _pairs(here: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    rows = here.execute(query).fetchall()
    return {row[0] if len(row) == 2 else row[:-1]: int(row[-1]) for row in rows}


def passes(checks: list[Check]) -> bool:
    """Return whether no check failed."""
    return all(check.verdict != FAILED for check in checks)
