"""SKU texts and lots in one spelling, however they were typed: the twin of the models' macro `spelled`. Pure.

Characters that print nothing come along with what is copied from web pages, mails and spreadsheets. They make no
SKU unknown; where a text is shown because something is wrong with it, they are shown by their numbers.
"""

from __future__ import annotations

import re
import unicodedata

# Hangul fillers and the empty Braille pattern: letters and symbols to Unicode, spaces to whoever looks.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# Combining marks that print nothing by themselves.
_VARIANTS = "\u034f\u180b\u180c\u180d\u180f" + "".join(map(chr, range(0xFE00, 0xFE10)))
# Dashes by Unicode's property, but no punctuation to it.
_DASHES = "\u2053\u207b\u208b\u2212\U00010d6e"


def spelled(text: str) -> str:
    """The text in one spelling: without what prints nothing, spaces alike, none around hyphens, in capitals."""
    spaced = "".join(" " if _is_space(letter) else "-" if _is_dash(letter) else letter for letter in printed(text))
    return re.sub(" ?- ?", "-", " ".join(spaced.split())).upper()


def printed(text: str) -> str:
    """The text without the characters that print nothing."""
    return "".join(letter for letter in text if not _is_invisible(letter))


def visible(text: str) -> str:
    """The text with each character that nobody sees, or takes for a space, by its number: `17612<U+200B>`."""
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
