"""`python -m workflows.cli.settings_table`: write the table of variables in `docs/administrator.md`."""

from __future__ import annotations

from workflows.config.places import PROJECT
from workflows.config.settings import Settings
from workflows.config.settings_reader import default_of, variable_of

TARGET = PROJECT / "docs" / "administrator.md"
_BEGIN, _END = "<!-- settings: begin -->\n", "<!-- settings: end -->"


def with_settings_table(page: str) -> str:
    """Return a page with the current table between its markers."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{_table()}{_END}{after}"


def _table() -> str:
    rows = [
        f"| `{variable_of(name)}` | {_default(name)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return "".join(["| variable | default | meaning |\n", "|---|---|---|\n", *rows])


def _default(name: str) -> str:
    default = default_of(name)
    return default if default == "none" else f"`{default}`"


if __name__ == "__main__":
    TARGET.write_text(with_settings_table(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
