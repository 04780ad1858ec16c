"""The fields of a count: units, or full pallets and loose units as on the count sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from streamlit_app.components.drafts import DraftFields

FIELDS_A_ROW = 4
_MOST_UNITS = 1_000_000


def ask_units(fields: DraftFields, asked: Mapping[str, tuple[str, str]], per_pallet: int | None) -> None:
    """Show the fields of each lot.

    Args:
        fields: The fields of the draft.
        asked: Of each lot, its label and its name in the draft.
        per_pallet: Units on a full pallet; None to ask for units alone.
    """
    every = list(asked.items())
    lots_a_row = FIELDS_A_ROW // (2 if per_pallet else 1)
    for start in range(0, len(every), lots_a_row):
        row = every[start : start + lots_a_row]
        for place, (lot, (label, name)) in zip(st.columns(lots_a_row), row, strict=False):
            with place.container(key=container_of(lot)):
                _ask_one(fields, label, name, per_pallet)


def container_of(lot: str) -> str:
    """Return the key of the container that has the fields of a lot."""
    return f"count-lot-{lot}"


def names_of(name: str) -> tuple[str, str]:
    """Return the names that the fields of a lot have in the draft."""
    return f"pallets {name}", f"units {name}"


def units_of(kept: Mapping[str, Any], name: str, per_pallet: int | None) -> int | None:
    """Return the units that were counted; None when nothing was entered."""
    pallets, loose = (kept.get(field) for field in names_of(name))
    if pallets is None and loose is None:
        return None
    return int(pallets or 0) * (per_pallet or 0) + int(loose or 0)


def _ask_one(fields: DraftFields, label: str, name: str, per_pallet: int | None) -> None:
    pallets, units = names_of(name)
    if per_pallet is None:
        _number(st, fields, label, units, _MOST_UNITS)
        return
    full, loose = st.columns(2)
    _number(full, fields, f"{label}: pallets of {per_pallet}", pallets, _MOST_UNITS // per_pallet)
    _number(loose, fields, f"{label}: loose units", units, _MOST_UNITS)


def _number(place: Any, fields: DraftFields, label: str, name: str, most: int) -> None:
    place.number_input(label, value=fields.begun(name), min_value=0, max_value=most, step=1, **fields.kept(name))
