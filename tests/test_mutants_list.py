from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.changes import Change, read_changes

PROJECT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("change", read_changes(), ids=lambda change: change.label)
def test_every_listed_change_fits_the_code_and_names_tests_that_are_there(change: Change) -> None:
    original = (PROJECT / change.file).read_text()
    assert change.made_in(original) != original
    assert change.tests
    for test in change.tests:
        file, _, name = test.partition("::")
        text = (PROJECT / file).read_text()
        assert not name or f"def {name.split('[')[0]}(" in text, test
