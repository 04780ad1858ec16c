"""Making a period's reports, and their archive: a folder for each kind, period and version."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Literal

from workflows.config.settings import Settings
from workflows.errors import Advice, ShipledgerError
from workflows.reports.document import Document
from workflows.reports.snapshot_source import open_snapshot

ReportKind = Literal["eod", "eow", "eom"]
_MANIFEST = "report.json"


class ReportExists(ShipledgerError):
    """This version was made from another snapshot; the reports that were sent are kept."""


@dataclass(frozen=True)
class ArchivedReport:
    """One version of a period's reports.

    Attributes:
        kind: eod, eow or eom.
        period: The day, the week's Monday or the month's first day.
        version: Counted from 1.
        snapshot: File name of the snapshot it was made from.
        files: Its files.
    """

    kind: str
    period: date
    version: int
    snapshot: str
    files: tuple[Path, ...]


def make_reports(settings: Settings, kind: ReportKind, period: date, snapshot: Path, version: int) -> list[Path]:
    """Make a period's reports from a snapshot and keep them in the archive.

    All files appear in one step. Made again from the same snapshot they are the same, byte for byte; a complete
    version is left as it is, also when the locale has changed since.

    Args:
        settings: Where.
        kind: eod, eow or eom.
        period: The day, the week's Monday or the month's first day.
        snapshot: The version's own file, not the link to the current one.
        version: 1, or more after `--force`.

    Returns:
        The files, in `reports/<kind>/<period>/v<version>/`.

    Raises:
        ReportExists: This version was made from another snapshot.
        SnapshotUnusable: The snapshot is gone or damaged.
        ShipledgerError: The disk is full or the folder cannot be written.
    """
    folder = _folder(settings, kind, period, version)
    kept = _read(folder)
    if kept is not None:
        if kept.snapshot != snapshot.name:
            raise ReportExists(
                f"Version {version} of this {kind} was made from {kept.snapshot} and is kept as it was.",
                advice=Advice("Use --force for a new version.", "Close again for a new version."),
            )
        return list(kept.files)
    made = dict(_render(settings, kind, period, version, snapshot))
    try:
        _write(folder, kind, period, version, snapshot.name, made)
    except OSError as problem:
        raise ShipledgerError(
            f"The report could not be written to {folder} ({problem.strerror}). "
            "Make room on the disk and try again."
        ) from problem
    return [folder / name for name in made]


def archived_report(settings: Settings, kind: str, period: date, version: int) -> ArchivedReport | None:
    """Return one version of a period's reports; None when it is missing, incomplete or changed."""
    return _read(_folder(settings, kind, period, version))


def last_version(settings: Settings, kind: str, period: date) -> int:
    """Return the newest version of a period's reports, complete or not; 0 when there is none."""
    folders = _folder(settings, kind, period, 0).parent.glob("v*")
    return max((int(folder.name[1:]) for folder in folders if folder.name[1:].isdecimal()), default=0)


def period_name(kind: str, period: date) -> str:
    """Return a period's name in folders, files and keys: `2026-11-20`, for a month `2026-11`."""
    return f"{period:%Y-%m}" if kind == "eom" else period.isoformat()


def load_libraries() -> None:
    """Import what draws reports, so that the first report does not wait for it."""
    for module in ("pdf", "workbook", "daily", "weekly", "monthly"):
        import_module(f"workflows.reports.{module}")


def _folder(settings: Settings, kind: str, period: date, version: int) -> Path:
    return settings.home / "reports" / kind / period_name(kind, period) / f"v{version}"


def _render(
    settings: Settings, kind: ReportKind, period: date, version: int, snapshot: Path
) -> Iterator[tuple[str, bytes]]:
    # Imported late: only making a report waits for the libraries that draw it.
    from workflows.reports.daily import count_sheet, summarize_day
    from workflows.reports.monthly import bill_month
    from workflows.reports.pdf import make_pdf
    from workflows.reports.weekly import report_week
    from workflows.reports.workbook import make_workbook

    formats: dict[str, Callable[[Document], bytes]] = {"pdf": make_pdf, "xlsx": make_workbook}
    with open_snapshot(snapshot, settings.locale) as source:
        documents = {
            "eod": lambda: {"summary": summarize_day(source, period), "count-sheet": count_sheet(source, period)},
            "eow": lambda: {"inventory": report_week(source, period)},
            "eom": lambda: {"invoice": bill_month(source, period, version)},
        }[kind]()
    for name, document in documents.items():
        for ending, make in formats.items():
            yield f"shipledger-{kind}-{period_name(kind, period)}-v{version}-{name}.{ending}", make(document)


def _write(folder: Path, kind: str, period: date, version: int, snapshot: str, made: dict[str, bytes]) -> None:
    """Write to another folder, then rename it: a folder of that name is complete or missing."""
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    manifest = {
        "kind": kind,
        "period": period.isoformat(),
        "version": version,
        "snapshot": snapshot,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in made.items()},
    }
    for name, content in {**made, _MANIFEST: json.dumps(manifest, indent=2).encode()}.items():
        with (aside / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def _read(folder: Path) -> ArchivedReport | None:
    """Read the folder; None when it is missing, or a file of it is missing or damaged."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        for name, digest in manifest["files"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                return None
    except (OSError, ValueError, KeyError):
        return None
    return ArchivedReport(
        kind=manifest["kind"],
        period=date.fromisoformat(manifest["period"]),
        version=manifest["version"],
        snapshot=manifest["snapshot"],
        files=tuple(folder / name for name in manifest["files"]),
    )
