"""The rules for operators' entries; each refuses with a sentence that says what to do."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from workflows.config.reference_data import Reference
from workflows.config.sku_spelling import spelled, visible
from workflows.errors import Advice, EntryRefused

Kind = Literal["receive", "adjust", "count", "repack"]
# More than the warehouse can hold: a typing error.
_MOST_UNITS = 1_000_000
_NAME = Advice("Say with --actor who enters this.", "Say who enters this.")
_REASON = Advice("Give a --reason.", "Give a reason.")
_LOT = re.compile(r"(?:([0-9]{5})-)?([0-9]{5,})")


def check_product(reference: Reference, sku: str) -> None:
    """Check that the product is stocked here; an alias is entered as its products."""
    if sku in reference.stocked:
        return
    stocked = f"Stocked are {', '.join(sorted(reference.stocked))}."
    if sku in reference.components:
        parts = " + ".join(f"{units} × {component}" for component, units in reference.components[sku].items())
        raise EntryRefused(f"{sku} stands for {parts}: enter those instead.", "sku_code")
    if sku in reference.sold_only:
        raise EntryRefused(f"{sku} is sold but not stocked here, so it has no shelf. {stocked}", "sku_code")
    raise EntryRefused(
        f"SKU '{visible(sku)}' is not known. {stocked} A new product goes into seeds/skus.csv first.", "sku_code"
    )


def check_quantity(kind: Kind, quantity: int) -> None:
    """Check that the quantity makes sense for the kind of entry."""
    if kind == "receive" and quantity <= 0:
        raise EntryRefused(
            "A receipt needs a quantity of 1 or more. To take one back, adjust with a negative quantity.",
            "quantity",
        )
    if kind == "count" and quantity < 0:
        raise EntryRefused("A count is 0 or more: what stands on the shelf, not the difference.", "quantity")
    if kind in ("adjust", "repack") and quantity == 0:
        raise EntryRefused(f"A quantity of 0 moves nothing, so this {kind} is not entered.", "quantity")
    if abs(quantity) > _MOST_UNITS:
        raise EntryRefused(
            f"{quantity} units are more than {_MOST_UNITS}: a slip? Enter them in parts.", "quantity"
        )


def check_day(today: date, reference: Reference, day: date) -> None:
    """Check that the day is neither in the future nor covered by the opening balances."""
    if day > today:
        raise EntryRefused(
            f"{day} lies in the future (today is {today}). Enter it on the day it happens.", "entry_date"
        )
    if day <= reference.opening_day:
        raise EntryRefused(
            f"The ledger begins at the end of {reference.opening_day}; what happened by then is in the opening "
            f"balances. Use a day from the next one on.",
            "entry_date",
        )


def check_texts(actor: str, reason: str | None, *, needs_reason: bool) -> None:
    """Check that there is an actor and, where needed, a reason."""
    if not actor.strip():
        raise EntryRefused("An entry needs a name.", "actor", advice=_NAME)
    if needs_reason and not (reason or "").strip():
        raise EntryRefused("Somebody will ask why.", "reason", advice=_REASON)


def read_lot(sku: str, text: str) -> str:
    """Return the lot's digits from `250300` or `17612 - 250300`; the SKU must be the entry's own."""
    found = _LOT.fullmatch(spelled(text))
    if found is None:
        raise EntryRefused(
            f"'{visible(text)}' is not a lot number. Write five or more digits, such as 250300 or {sku} - 250300.",
            "lot_number",
        )
    if found[1] not in (None, sku):
        raise EntryRefused(f"'{text}' is a lot of {found[1]}, but the entry is for {sku}.", "lot_number")
    return found[2]
