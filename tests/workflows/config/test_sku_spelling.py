"""One spelling of SKU texts, by the models' macro and by Python: the same for every character that Unicode has."""

from __future__ import annotations

import sys
import unicodedata
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from jinja2 import Environment

from workflows.config.settings_reader import read_settings
from workflows.config.sku_spelling import printed, spelled, visible
from workflows.entries.entry_log import LotState
from workflows.entries.lot_states import record_lot_state
from workflows.entries.recording import EntryRequest, record_entry
from workflows.errors import EntryRefused

MACROS = (Path(__file__).parents[3] / "dbt_project" / "macros" / "parse_sku_lot.sql").read_text()
ZERO_WIDTH = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"]
DIRECTION_MARKS = ["\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069"]
SOFT_HYPHEN_AND_OTHERS = ["\u00ad", "\u180e", "\ufe0f", "\u034f", "\x00", "\x07", "\x9f", "\U000e0061"]
SPACES = [
    "\t",
    "\n",
    "\x0b",
    "\x85",
    "\u00a0",
    "\u1680",
    "\u2003",
    "\u2028",
    "\u202f",
    "\u3000",
    "\u3164",
    "\u2800",
]


def in_sql(expression: str, texts: list[str]) -> list[str | None]:
    """What a macro of the models makes of texts."""
    query = Environment().from_string(MACROS + "{{ " + expression + " }}").render().strip()
    with duckdb.connect() as connection:
        connection.register("texts", pa.table({"t": texts, "nth": range(len(texts))}))
        return [made for (made,) in connection.execute(f"select {query} from texts order by nth").fetchall()]


@pytest.mark.parametrize("letter", ZERO_WIDTH + DIRECTION_MARKS + SOFT_HYPHEN_AND_OTHERS, ids=ascii)
def test_what_prints_nothing_is_not_part_of_a_sku(letter: str) -> None:
    text = f"{letter}17{letter}612 {letter}-{letter} 250300{letter}"
    assert spelled(text) == "17612-250300"
    assert printed(text) == "17612 - 250300"
    assert visible(f"17612{letter}-25") == f"17612<U+{ord(letter):04X}>-25"


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_a_space_of_any_kind_is_a_space(space: str) -> None:
    assert spelled(f"{space}17612{space}{space}-{space}250300{space}") == "17612-250300"
    assert spelled(f"gift{space} card") == "GIFT CARD"
    assert visible(f"gift{space} card") == f"gift<U+{ord(space):04X}> card"


@pytest.mark.parametrize("dash", ["-", "\u2011", "\u2013", "\u2212", "\u2053", "\ufe63", "\uff0d"], ids=ascii)
def test_a_dash_of_any_kind_is_a_hyphen(dash: str) -> None:
    assert spelled(f"17612 {dash} 250300") == "17612-250300"


def test_letters_stay_as_they_are() -> None:
    assert visible("Größe 12 - 3, ½ é") == "Größe 12 - 3, ½ é"
    assert spelled("") == spelled(" \u200b ") == ""


def test_the_models_spell_and_show_every_character_as_python_does() -> None:
    # Capitals of letters beyond ASCII are another matter, and no part of a SKU; what is unassigned depends on the
    # version of Unicode; half a surrogate is no text. Of the many letters without capitals the first are enough.
    letters = [
        letter
        for letter in map(chr, range(1, sys.maxunicode + 1))
        if (category := unicodedata.category(letter)) not in ("Cs", "Cn", "Co")
        and (letter.isascii() or letter.upper() == letter)
        and (category != "Lo" or letter < "\u3200" or "\uff00" < letter < "\U00010000")
    ]
    assert len(letters) > 10_000
    texts = [f"17612{letter}-{letter} 250300{letter}" for letter in letters]
    for macro, twin in (("spelled", spelled), ("visible_text", visible)):
        different = [
            (ascii(text), ours, twin(text))
            for text, ours in zip(texts, in_sql(f"{macro}('t')", texts), strict=True)
            if ours != twin(text)
        ]
        assert different[:5] == [], macro


def test_what_an_operator_types_is_read_in_the_same_spelling_and_shown_when_it_is_refused(tmp_path: Path) -> None:
    settings = read_settings({"SHIPLEDGER_HOME": str(tmp_path)})
    day = date(2025, 11, 3)
    receipt = EntryRequest("receive", "\ufeff17612", 5, day, "anna", lot_number="17612\u200b – 250300\u00ad")
    entry = record_entry(settings, receipt).entry
    assert (entry.sku_code, entry.lot_number) == ("17612", "250300")
    state = LotState("17612\u200e", "\u2060250237", "retired", day, "anna", "dented")
    recorded = record_lot_state(settings, state)
    assert (recorded.sku_code, recorded.lot_number) == ("17612", "250237")
    with pytest.raises(EntryRefused, match=r"'25<U\+200B>0' is not a lot number"):
        record_entry(settings, EntryRequest("receive", "17612", 5, day, "anna", lot_number="25\u200b0"))
