"""`python -m workflows.cli.dictionary`: write the data dictionary, from dbt's descriptions of marts and seeds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workflows.config.places import PROJECT
from workflows.config.settings_reader import read_settings
from workflows.cycle.dbt_runner import Modelling

TARGET = PROJECT / "docs" / "dictionary.md"
_HEAD = """# Data dictionary

Generated from the models' own descriptions by `make docs`; do not edit. First the tables of schema `marts` in
`published/current.duckdb`, then the seeds that describe the business.
"""


def render_dictionary() -> str:
    """Return the dictionary as Markdown: a section for each mart and seed, a row for each column."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Modelling(read_settings({}).model_copy(update={"home": Path(folder)})).manifest()
    nodes = manifest.nodes.values()
    marts = [node for node in nodes if node.resource_type == "model" and node.schema == "marts"]
    seeds = [node for node in nodes if node.resource_type == "seed"]
    parts = [_HEAD, "\n## Published tables\n", *_sections(marts), "\n## Seeds\n", *_sections(seeds)]
    return "\n".join(parts).rstrip() + "\n"


def _sections(nodes: Iterable[Any]) -> list[str]:
    return [_section(node) for node in sorted(nodes, key=lambda node: node.name)]


def _section(node: Any) -> str:
    rows = [
        f"| `{column.name}` | {column.data_type or ''} | {_line(column.description)} |"
        for column in node.columns.values()
    ]
    head = [f"### {node.name}\n", f"{_line(node.description)}\n", "| column | type | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(render_dictionary())
