"""The color of each product and charge: the same in every chart of the page, the PDF and the workbook. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# Distinct also to a reader who cannot distinguish red and green. On white paper, and on a dark screen.
LIGHT = ("#2f6f9f", "#e0a030", "#3f9d88", "#8a6bb1", "#c8624a", "#5f7486")
DARK = ("#5b9fd0", "#e0a94a", "#58b9a3", "#ab8fd4", "#dd8069", "#8ea3b6")
_OTHERS: dict[Sequence[str], str] = {LIGHT: "#a9b4be", DARK: "#66737f"}
OTHERS = "Other products"
# The charges of a day by column of the marts, the one at the bottom of a chart first.
CHARGES = {
    "order_charge_cents": "Orders",
    "handling_charge_cents": "Handling",
    "storage_charge_cents": "Storage",
    "postage_cents": "Postage",
}


def series_colors(names: Iterable[str], known: Sequence[str], palette: Sequence[str] = LIGHT) -> list[str]:
    """Return the color of each series of a chart.

    Args:
        names: The series that are drawn.
        known: All that may be drawn, always in the same order: the key products by SKU, or the charges.
        palette: `LIGHT` or `DARK`.
    """
    by_name = {name: palette[at % len(palette)] for at, name in enumerate(known)}
    return [by_name.get(name, _OTHERS[palette]) for name in names]
