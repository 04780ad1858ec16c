"""`python -m workflows.cli.lineage`: write a lineage diagram for each domain, from dbt's manifest."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from workflows.config.places import PROJECT
from workflows.config.settings_reader import read_settings
from workflows.cycle.dbt_runner import Modelling

TARGET = PROJECT / "docs" / "lineage.md"
_HEAD = """# Lineage

Generated from the models by `make docs`; do not edit. One picture for each domain: what its models read, from left
to right. Rounded: of another domain, drawn there with what it reads itself. Thick: published. Left out: the model
of the build's instant and time zone, which most models read.
"""
_EVERYWHERE = "stg_shipledger__build_context"


def render_lineage() -> str:
    """Return the diagrams as Markdown: one in Mermaid for each folder of intermediate models and marts."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = Modelling(read_settings({}).model_copy(update={"home": Path(folder)})).manifest()
    models = {node.unique_id: node for node in manifest.nodes.values() if node.resource_type == "model"}
    domains: dict[str, list[Any]] = defaultdict(list)
    for node in models.values():
        _, layer, domain, *_ = PurePosixPath(node.original_file_path).parts
        if layer in ("intermediate", "marts"):
            domains[domain].append(node)
    return "\n".join([_HEAD, *(_picture(name, nodes, models) for name, nodes in sorted(domains.items()))])


def _picture(domain: str, nodes: Iterable[Any], models: dict[str, Any]) -> str:
    own = {node.name: node for node in nodes}
    read = sorted(
        (models[parent].name, name)
        for name, node in own.items()
        for parent in node.depends_on.nodes
        if parent in models and models[parent].name != _EVERYWHERE
    )
    others = sorted({parent for parent, _ in read} - own.keys())
    published = sorted(name for name, node in own.items() if node.schema == "marts")
    lines = [
        *(f"    {name}({name})" for name in others),
        *(f"    {name}[{name}]" for name in sorted(own)),
        *(f"    {parent} --> {child}" for parent, child in read),
        *(f"    style {name} stroke-width:3px" for name in published),
    ]
    return "\n".join(
        [f"## {domain.replace('_', ' ').capitalize()}\n", "```mermaid", "flowchart LR", *lines, "```\n"]
    )


if __name__ == "__main__":
    TARGET.write_text(render_lineage())
