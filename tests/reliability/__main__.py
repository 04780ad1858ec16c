"""`python -m tests.reliability [AREA ...]`: the tests of docs/reliability.md by area, and how many failed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

PROJECT = Path(__file__).parents[2]
AREAS = {
    "kills: sync": ["tests/workflows/cli/test_worker.py", "tests/dbt/test_dbt_rounds.py"],
    "kills: publication": ["tests/workflows/cycle/test_publishing.py"],
    "kills: lake": [
        "tests/workflows/lake/test_killed_publications_to_the_lake.py",
        "tests/workflows/lake/test_publishing_to_the_lake.py",
    ],
    "kills: closes": ["tests/workflows/closes/test_closes.py", "tests/workflows/closes/test_close_attempts.py"],
    "kills: backup, restore": [
        "tests/workflows/backup/test_backups.py",
        "tests/workflows/backup/test_killed_restores.py",
    ],
    "kills: migrate": [
        "tests/workflows/migration/test_migration.py",
        "tests/workflows/migration/test_killed_migrations.py",
    ],
    "kills: mail": ["tests/mail/test_kills.py"],
    "full disks": ["tests/workflows/cli/test_full_disk.py", "tests/workflows/cli/test_abandoned_jobs.py"],
    "lost files": [
        "tests/workflows/cli/test_lost_warehouse.py",
        "tests/workflows/cycle/test_lost_rows.py",
        "tests/workflows/cli/test_damaged_stores.py",
    ],
    "hostile servers": [
        "tests/ingest/test_hostile_servers.py",
        "tests/ingest/test_client_bounds.py",
        "tests/ingest/test_unreadable_rows.py",
    ],
    "hostile files": [
        "tests/workflows/backup/test_hostile_backups.py",
        "tests/workflows/backup/test_encrypted_backups.py",
        "tests/xcart/test_spoilt_orders.py",
        "tests/fuzzing",
    ],
    "readers": ["tests/workflows/cycle/test_publishing.py", "tests/page/test_page_snapshots.py"],
    "clocks": [
        "tests/ingest/test_clocks.py",
        "tests/workflows/cli/test_schedule.py",
        "tests/workflows/closes/test_close_refusals.py",
        "tests/fuzzing/test_days.py",
    ],
}

_NOT_PASSED = ("failures", "errors", "skipped")


def main(areas: list[str]) -> int:
    """Run the tests of the areas and print a table. Returns 1 unless all of each area ran and passed."""
    print("| area | passed | not passed | seconds |\n|---|---|---|---|")
    bad = 0
    for area in areas or AREAS:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *AREAS[area]]
            # Nothing collected, or an interruption, is a code of pytest's own and no failed test.
            code = subprocess.run(command, cwd=PROJECT, stdout=sys.stderr).returncode
            counts = _counts(report)
        not_passed = sum(counts[outcome] for outcome in _NOT_PASSED)
        passed = counts["tests"] - not_passed
        bad += code != 0 or not_passed > 0 or passed == 0
        print(f"| {area} | {passed:.0f} | {not_passed:.0f} | {counts['time']:.0f} |", flush=True)
    return int(bad > 0)


def _counts(report: Path) -> dict[str, float]:
    """Return the numbers of a report; zeros when pytest died before it wrote one."""
    names = ("tests", *_NOT_PASSED, "time")
    if not report.exists():
        return dict.fromkeys(names, 0.0)
    [suite] = ElementTree.parse(report).getroot().iter("testsuite")
    return {name: float(suite.attrib[name]) for name in names}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
