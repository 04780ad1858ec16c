"""A mapping file: which columns a carrier's file has, in TOML, for formats that are not known.

carrier = "dhl"              # ShipStation's code of the carrier
bills = "charges"            # or "adjustments": differences to what was charged at the label
minus = "credit"             # optional; or "charge": what an amount with a minus is

[columns]                    # our field = the header in the file
tracking_number = "Waybill"
charged_on = "Ship date"
amount = "Total"

[kinds]                      # optional: a description in the file = what the charge is for
"Remote area" = "surcharge"
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ingest.errors import FileRefused
from ingest.sources.carrier_bills.bill_formats import FIELDS, KINDS, BillFormat, spelled

_CODE = re.compile(r"[a-z0-9_]{1,40}")
_NEEDS = ("tracking_number", "charged_on", "amount")
_PARTS = {"carrier", "bills", "minus", "columns", "kinds"}


def read_mapping(path: Path) -> BillFormat:
    """Return the format that a mapping file describes.

    Raises:
        FileRefused: It cannot be read, or says something that is not understood.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise FileRefused(f"The mapping {path} cannot be read ({problem}). It is TOML in UTF-8.") from problem
    wrong = _problem(given)
    if wrong:
        raise FileRefused(f"The mapping {path.name} {wrong}")
    carrier = given["carrier"]
    return BillFormat(
        name="mapped",
        title=f"bill of {carrier}",
        carrier=carrier,
        columns={field: [spelled(header)] for field, header in given["columns"].items()},
        needs=list(given["columns"]),
        is_adjustments=given.get("bills") == "adjustments",
        minus=given.get("minus"),
        has_free_text=True,
        kinds={text.lower(): kind for text, kind in given.get("kinds", {}).items()},
    )


def _problem(given: dict[str, Any]) -> str | None:
    """Return what is wrong with a mapping, as the rest of a sentence, or None."""
    columns, kinds = given.get("columns"), given.get("kinds", {})
    if given.keys() - _PARTS:
        return f"has {', '.join(sorted(given.keys() - _PARTS))}; it may have {', '.join(sorted(_PARTS))}."
    if not isinstance(given.get("carrier"), str) or not _CODE.fullmatch(given["carrier"]):
        return 'names no carrier; write ShipStation\'s code of it, such as carrier = "dhl_express".'
    if given.get("bills", "charges") not in ("charges", "adjustments"):
        return 'says bills = something else than "charges" or "adjustments".'
    if given.get("minus", "credit") not in ("credit", "charge"):
        return 'says minus = something else than "credit" or "charge".'
    if not isinstance(columns, dict) or not all(isinstance(header, str) for header in columns.values()):
        return 'has no table [columns] with lines such as amount = "Total".'
    missing = [field for field in _NEEDS if field not in columns]
    if missing:
        return f"lacks {', '.join(missing)} in [columns]."
    unknown = sorted(columns.keys() - set(FIELDS))
    if unknown:
        return f"names {', '.join(unknown)} in [columns]; known are {', '.join(FIELDS)}."
    if not isinstance(kinds, dict) or not set(kinds.values()) <= set(KINDS):
        return f"has other kinds than {', '.join(KINDS)} in [kinds]."
    return None
