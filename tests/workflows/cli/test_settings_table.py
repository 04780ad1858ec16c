"""The table of variables in the docs is generated from the settings, whole and current."""

from __future__ import annotations

from workflows.cli.settings_table import TARGET, with_settings_table
from workflows.config.settings import Settings
from workflows.config.settings_reader import variable_of


def test_the_table_in_the_docs_is_what_the_settings_say() -> None:
    page = TARGET.read_text(encoding="utf-8")
    assert page == with_settings_table(page), "run `make docs`"
    assert all(f"| `{variable_of(name)}` |" in page for name in Settings.model_fields)


def test_only_what_is_between_the_markers_is_replaced() -> None:
    page = "# Top\n<!-- settings: begin -->\nthe former table\n<!-- settings: end -->\nrest\n"
    made = with_settings_table(page)
    assert made.startswith("# Top\n<!-- settings: begin -->\n| variable |")
    assert made.endswith("|\n<!-- settings: end -->\nrest\n")
    assert "the former table" not in made
    assert with_settings_table(made) == made
