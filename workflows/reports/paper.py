"""The page of a PDF: size, margins, fonts, header and footer, and text that stays inside its box."""

from __future__ import annotations

import logging
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from workflows.config.dates import Dates
from workflows.config.formatting import clean
from workflows.reports.document import Document

INK, QUIET, RULE, ACCENT = (28, 39, 51), (91, 104, 118), (208, 215, 222), (47, 111, 159)
WARNING = (179, 38, 30)
_FONTS = Path(__file__).parent / "fonts"
_FAMILY = "Liberation Sans"
_MARGIN, _FOOT = 15.0, 14.0
_DRAFT, _DRAFT_POINTS, _DRAFT_ANGLE = (238, 228, 228), 150, 45
_MISSING = "□"
# The widest ASCII character of this font, `@`, over the font size. Measuring is slow, so short texts are not
# measured.
_WIDEST_CHARACTER = 1.02

# It reports each subsetted table of a font, and a person's name among glyphs it lacks.
logging.getLogger("fontTools").setLevel(logging.ERROR)
logging.getLogger("fpdf").setLevel(logging.ERROR)


class Paper(FPDF):
    """US Letter with a header and a footer on each page; lengths are millimetres."""

    def __init__(self, document: Document) -> None:
        super().__init__(orientation="L" if document.is_wide else "P", unit="mm", format="Letter")
        self._document = document
        self.add_font(_FAMILY, "", _FONTS / "LiberationSans-Regular.ttf")
        self.add_font(_FAMILY, "B", _FONTS / "LiberationSans-Bold.ttf")
        font = self.fonts[_FAMILY.lower()]
        self._drawable = frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()
        self.set_margin(_MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(False)
        self.set_title(clean(f"{document.headline}, {document.period}"))
        self.set_creator("Shipledger")
        self.set_lang("en-US")
        self.set_creation_date(document.as_of)

    @property
    def dates(self) -> Dates:
        """How days and instants are printed."""
        return self._document.dates

    @property
    def bottom(self) -> float:
        """Where the footer begins."""
        return float(self.h) - _FOOT - 2

    def ink(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """Set the font size (points) and the colour of what is written next."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def printable(self, text: str) -> str:
        """Return the text, with an empty box for each character that this font cannot draw."""
        kept = clean(text)
        if kept.isascii():
            return kept
        return "".join(sign if ord(sign) in self._drawable else _MISSING for sign in kept)

    def write_at(self, x: float, y: float, width: float, text: str, align: str = "L", height: float = 4) -> None:
        """Write one line of text in a box."""
        self.set_xy(x, y)
        self.cell(width, height, text, align=align)

    def wrapped(self, text: str, width: float, most: int) -> list[str]:
        """Return the text in at most so many lines that fit a width; `…` marks what was cut off."""
        lines: list[str] = []
        rest = self.printable(text)
        if rest.isascii() and len(rest) * self.font_size * _WIDEST_CHARACTER < width:
            return [rest]
        while rest and len(lines) < most:
            if self.get_string_width(rest) <= width:
                return [*lines, rest]
            fits = self._fitting(rest, width)
            if len(lines) == most - 1:
                return [*lines, rest[: self._fitting(rest, width - self.get_string_width("…"))].rstrip() + "…"]
            blank = rest.rfind(" ", 1, fits + 1)
            cut = blank if blank > 0 else fits
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        return lines or [""]

    def _fitting(self, text: str, width: float) -> int:
        """Return how many characters from the start fit; at least one."""
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.get_string_width(text[:middle]) <= width:
                low = middle
            else:
                high = middle - 1
        return low

    def header(self) -> None:
        """Write the title, large on the first page and small on the others, and the line above the footer."""
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.h - _FOOT, self.w - self.r_margin, self.h - _FOOT)
        if self._document.is_draft:
            self._draft_mark()
        if self.page == 1:
            self._first_head()
        else:
            self._running_head()
        self._notice()
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.5)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.set_y(self.get_y() + 5)

    def _draft_mark(self) -> None:
        """Write DRAFT across the page, below all that follows."""
        self.ink(_DRAFT_POINTS, bold=True, colour=_DRAFT)
        with self.rotation(_DRAFT_ANGLE, self.w / 2, self.h / 2):
            self.write_at(0, self.h / 2 - _DRAFT_POINTS / 6, self.w, "DRAFT", align="C", height=_DRAFT_POINTS / 3)

    def _notice(self) -> None:
        if self._document.notice:
            self.ink(9, bold=True, colour=WARNING)
            for line in self.wrapped(self._document.notice, self.epw, 2):
                self.write_at(self.l_margin, self.get_y(), self.epw, line, height=4.5)
                self.set_y(self.get_y() + 4.5)

    def _first_head(self) -> None:
        self.ink(9, bold=True, colour=ACCENT)
        self.write_at(self.l_margin, 13, self.epw, "Shipledger", align="R")
        self.ink(19, bold=True)
        self.write_at(self.l_margin, 14, self.epw, self.printable(self._document.headline), height=8)
        self.ink(11.5, colour=QUIET)
        self.write_at(self.l_margin, 22.5, self.epw, self.printable(self._document.period), height=6)
        self.set_y(31)

    def _running_head(self) -> None:
        self.ink(8.5, bold=True, colour=QUIET)
        title = self.printable(f"{self._document.headline} · {self._document.period}")
        self.write_at(self.l_margin, 11, self.epw, title)
        self.ink(8.5, bold=True, colour=ACCENT)
        self.write_at(self.l_margin, 11, self.epw, "Shipledger", align="R")
        self.set_y(16.5)

    def sign_pages(self) -> None:
        """Write the footer of every page, now that their number is known."""
        made = f"Made from {self._document.snapshot}, as of {self.dates.moment(self._document.as_of)}"
        total = self.pages_count
        for number in range(1, total + 1):
            self.page = number
            # Set twice, so that each page sets its font and does not inherit that of the page before.
            self.ink(8, bold=True)
            self.ink(7.5, colour=QUIET)
            top = self.h - _FOOT + 1.5
            self.write_at(self.l_margin, top, self.epw, self.printable(made))
            self.write_at(self.l_margin, top, self.epw, f"Page {number} of {total}", align="R")
