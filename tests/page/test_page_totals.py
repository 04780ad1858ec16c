"""Totals of tables, and the result of a count in a sentence."""

from __future__ import annotations

import pyarrow as pa
import pytest

from streamlit_app.components.count_differences import summary_of
from streamlit_app.components.panels import with_totals
from streamlit_app.data.count_result import CountedLot, CountedProduct


def test_a_total_of_dollars_has_no_other_decimals_than_its_parts() -> None:
    parts = pa.table({"day": ["a", "b", "c"], "dollars": [0.1, 0.2, 0.3]})
    assert with_totals(parts, "day", ["dollars"]).to_pylist()[-1] == {"day": "Total", "dollars": 0.6}


@pytest.mark.parametrize(
    ("counted", "words"),
    [((9, 7), "1 of 2 counts differs, +2 units."), ((9, 8), "2 of 2 counts differ, +3 units.")],
)
def test_a_count_says_how_many_differ(counted: tuple[int, int], words: str) -> None:
    lots = tuple(CountedLot(lot, units, 7, 0) for lot, units in zip(("250300", "250301"), counted, strict=True))
    assert summary_of(CountedProduct(lots, 14)) == words
