"""The span of a backfill, and how far its lists were read: watermarks whose names begin with the span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.sources.shipstation.load_cycle import Cycle, Span, Tally
from ingest.sources.shipstation.loaded_spans import ReadSpan
from ingest.sources.shipstation.watermarks import LISTS


@dataclass(frozen=True)
class BackfillSpan:
    """A span of modification dates (UTC), read in windows.

    Attributes:
        since: The first instant.
        until: The last instant, None for now.
        marks: The stored watermarks by name.
    """

    since: datetime
    until: datetime | None
    marks: dict[str, datetime]

    @property
    def name(self) -> str:
        """What the names of its watermarks begin with."""
        return f"backfill {self.since.isoformat()} {self.until.isoformat() if self.until else 'now'} "

    @property
    def is_begun(self) -> bool:
        """Whether a window of it was loaded."""
        return any(mark.startswith(self.name) for mark in self.marks)

    def unread(self) -> dict[str, Span]:
        """Return what is left to read of each list; lists that were read completely are left out."""
        return {
            name: Span(self.marks.get(self.name + name, self.since), self.until)
            for name in LISTS
            if f"{self.name}{name} done" not in self.marks
        }

    def next_marks(self, tallies: dict[str, Tally]) -> dict[str, datetime | None]:
        """Return the watermarks to store with a window; the last one ends the span's own marks.

        The last window of a span that ends now also moves a list's watermark forward, if the span begins at or
        before it or there is none, because then nothing was left out between them.
        """
        marks: dict[str, datetime | None] = {}
        for name, tally in tallies.items():
            seen = max(filter(None, (tally.last_seen, self.marks.get(self.name + name))), default=None)
            if seen is not None:
                marks[self.name + name] = seen
            if tally.finished:
                marks[f"{self.name}{name} done"] = tally.read_at
        if not all(f"{self.name}{name} done" in marks | self.marks for name in LISTS):
            return marks
        reached = {name: (self.marks | marks).get(self.name + name) or self.since for name in LISTS}
        ended: dict[str, datetime | None] = dict.fromkeys(
            {*marks, *(mark for mark in self.marks if mark.startswith(self.name))}
        )
        for name in LISTS if self.until is None else ():
            before = self.marks.get(name)
            if before is None or (self.since <= before < reached[name]):
                ended[name] = reached[name]
        return ended

    def read_spans(self, cycle: Cycle) -> list[ReadSpan]:
        """Return the span of each list with the window that completes the last of them; none before."""
        read = {name: self.marks.get(f"{self.name}{name} done") for name in LISTS}
        read |= {name: tally.read_at for name, tally in cycle.tallies.items() if tally.finished}
        moved = cycle.moved_marks()
        spans = [
            ReadSpan(name, self.since, min(self.until or at, at), "backfill", moves_watermark=name in moved)
            for name, at in read.items()
            if at is not None
        ]
        return spans if len(spans) == len(LISTS) else []
