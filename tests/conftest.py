"""The order of the files: what builds and what waits goes first, so that all test processes end together."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHORT = ("mail", "reports", "ingest", "sandbox", "tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path))


def _place(file: Path) -> tuple[bool, bool, bool]:
    # A page waits more than it works: it fills the gaps that others leave.
    folder = file.parent.name
    return (folder in _SHORT, folder == "page", folder == "dbt" and "plain_python" not in file.name)
