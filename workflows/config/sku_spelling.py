"""Normalize SKU texts and lots, like the dbt macro `spelled`. Pure.

Text copied from web pages, mails and spreadsheets has invisible characters. They do not make a SKU unknown; a text
that is shown because something is wrong with it shows them by their code points.
"""

from __future__ import annotations

import re
import unicodedata

# Hangul fillers and the empty Braille pattern: letters and symbols in Unicode, but they look like spaces.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# Combining marks that print nothing by themselves.
_VARIANTS = "\u034f\u180b\u180c\u180d\u180f" + "".join(map(chr, range(0xFE00, 0xFE10)))
# Dashes by Unicode's property, but not of its category dash punctuation.
_DASHES = "\u2053\u207b\u208b\u2212\U00010d6e"


def spelled(text: str) -> str:
    """Return the text without invisible characters, with plain spaces, none around hyphens, in capitals."""
    spaced = "".join(" " if _is_space(letter) else "-" if _is_dash(letter) else letter for letter in printed(text))
    return re.sub(" ?- ?", "-", " ".join(spaced.split())).upper()


def printed(text: str) -> str:
    """Return the text without invisible characters."""
    return "".join(letter for letter in text if not _is_invisible(letter))


def visible(text: str) -> str:
    """Return the text with invisible characters and odd spaces as code points: `17612<U+200B>`."""
    return "".join(
        f"<U+{ord(letter):04X}>" if letter != " " and (_is_invisible(letter) or _is_space(letter)) else letter
        for letter in text
    )


def _is_space(letter: str) -> bool:
    return letter.isspace() or letter in _BLANK


def _is_dash(letter: str) -> bool:
    return unicodedata.category(letter) == "Pd" or letter in _DASHES


def _is_invisible(letter: str) -> bool:
    return not letter.isspace() and (unicodedata.category(letter) in ("Cf", "Cc") or letter in _VARIANTS)
