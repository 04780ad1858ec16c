"""The differences that a count found, as a sentence and as a table."""

from __future__ import annotations

import pyarrow as pa

from streamlit_app.components import columns
from streamlit_app.components.panels import table
from streamlit_app.data.count_result import WHOLE_SKU, WITHOUT_LOT_COUNTED, CountedLot, CountedProduct
from streamlit_app.data.formatted import count

_NAMES = {WHOLE_SKU: "all units", WITHOUT_LOT_COUNTED: "without a lot"}


def name_of(lot_number: str) -> str:
    """Return what was counted in words: `Lot 250300`, `All units of the product`, `Units without a lot`."""
    return {WHOLE_SKU: "All units of the product", WITHOUT_LOT_COUNTED: "Units without a lot"}.get(
        lot_number, f"Lot {lot_number}"
    )


def summary_of(product: CountedProduct) -> str:
    """Return the result in a sentence. Only a count of the whole product can say that all agrees."""
    differing = sum(1 for lot in product.lots if lot.difference)
    verb = "differs" if differing == 1 else "differ"
    found = (
        f"{differing} of {count(len(product.lots), 'count')} {verb}, {product.difference:+,} units"
        if differing
        else "no differences in what was counted"
    )
    if product.uncounted:
        # How much is there is not said: whoever counts it next must not know.
        return f"{found}. Other lots have not been counted, so the product's total is not compared."
    return f"{found}." if differing else "no differences, and the product's total agrees."


def show_differences(product: CountedProduct) -> None:
    """Show the count of each lot beside what was expected, and the product's total."""
    lots = product.lots
    total = product.counted if not product.uncounted else None
    table(
        pa.table(
            {
                "lot": [*(_NAMES.get(lot.lot_number, lot.lot_number) for lot in lots), "Product"],
                "counted": pa.array([*(lot.counted for lot in lots), None], pa.int64()),
                "again": pa.array([*(lot.recounted for lot in lots), None], pa.int64()),
                "booked": pa.array([*(lot.final for lot in lots), total], pa.int64()),
                "snapshot": pa.array([*(lot.expected - lot.moved_since for lot in lots), None], pa.int64()),
                "moved": pa.array([*(lot.moved_since for lot in lots), None], pa.int64()),
                "expected": pa.array(
                    [*(lot.expected for lot in lots), None if total is None else product.expected], pa.int64()
                ),
                "difference": pa.array(
                    [*(lot.difference for lot in lots), None if total is None else product.difference], pa.int64()
                ),
                "result": [*map(_result, lots), _total_result(product)],
            }
        ),
        {
            "lot": columns.text("Lot"),
            "counted": columns.number("Counted"),
            "again": columns.number("Second count"),
            "booked": columns.number("To book"),
            "snapshot": columns.number("In the snapshot"),
            "moved": columns.number("Entered since"),
            "expected": columns.number("Expected"),
            "difference": columns.number("Difference"),
            "result": columns.text("Result"),
        },
        alt="The count compared with the expected stock",
    )


def _result(lot: CountedLot) -> str:
    return "▲ differs" if lot.difference else "✓ agrees"


def _total_result(product: CountedProduct) -> str:
    if product.uncounted:
        return "not compared"
    return "▲ differs" if product.difference else "✓ agrees"
