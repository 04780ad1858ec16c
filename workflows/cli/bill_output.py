"""The command-line output about carrier bills as text. Pure."""

from __future__ import annotations

from typing import Any

from workflows.config.formatting import money


def describe_bill(facts: dict[str, Any]) -> str:
    """Describe an import: what was loaded, or under which name it was loaded before."""
    if facts["loaded_before_as"]:
        done = f"{facts['file']} was loaded before, as {facts['loaded_before_as']}; nothing was added."
    else:
        done = f"{facts['file']}: {facts['lines']} charges, {money(facts['amount_cents'])} in all."
    published = facts["published"]
    seen = f"Published {published}." if published else "They are in the ledger after the first `backfill`."
    return f"{done}\n{seen}"


def describe_preview(facts: dict[str, Any]) -> str:
    """Show which columns are loaded, and the first lines as they would be."""
    lines = [
        f"{facts['file']} is a {facts['format']}; nothing was loaded.",
        *(f"  {field:<16} from {header}" for field, header in facts["columns"].items()),
        f"  {facts['columns_left_out']} other columns are left out.",
    ]
    for line in facts["lines"]:
        shown = ", ".join(f"{key} {value}" for key, value in line.items() if value is not None)
        lines.append(f"Line {shown.removeprefix('line_number ')}")
    return "\n".join(lines)
