"""What `backup`, `restore` and `retention` print, from the facts they return."""

from __future__ import annotations

from typing import Any


def describe_backup(facts: dict[str, Any]) -> str:
    """Say where a backup is, and what it holds."""
    rows = sum(sum(tables.values()) for tables in facts["counts"].values())
    removed = f" {len(facts['removed'])} older ones were removed." if facts["removed"] else ""
    return (
        f"{facts['file']}: {facts['bytes'] / 1e6:.1f} MB, {rows} rows in {len(facts['counts'])} databases, "
        f"read back and compared; {facts['seconds']:.1f} s.{removed}"
    )


def describe_restore(facts: dict[str, Any]) -> str:
    """Say what was restored, and where the replaced data are."""
    kept = f"The replaced data are in {facts['kept']}." if facts["kept"] else "No data were replaced."
    return f"Restored the backup of {facts['made_at']}. {kept} The next sync brings it up to date."


def describe_retention(facts: dict[str, Any]) -> str:
    """Describe what was redacted, or would be, a line for each table."""
    if facts["closed_before"] is None:
        return "Personal data are kept for ever: SHIPLEDGER_RETENTION_DAYS is 0. Nothing was redacted."
    lines = [f"{'rows':<14}{'all but what a recall needs':>30}{'all':>10}"]
    lines += [
        f"{table:<14}{counts['recall']:>30}{counts['figures']:>10}" for table, counts in facts["rows"].items()
    ]
    total = sum(sum(counts.values()) for counts in facts["rows"].values())
    done = "would lose" if facts["dry_run"] else "lost"
    lines.append(f"{total} rows of orders closed before {facts['closed_before']} {done} their personal data.")
    if facts["published"]:
        lines.append(f"Published {facts['published']}; {facts['snapshots_rewritten']} snapshots were rewritten.")
    return "\n".join(lines)
