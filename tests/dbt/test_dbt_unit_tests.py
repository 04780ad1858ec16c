"""The unit tests beside the models, whose expected values come from paper."""

from __future__ import annotations

from collections.abc import Callable

from ledger_under_test import Ledger, failures


def test_every_unit_test_of_the_models_passes(new_ledger: Callable[..., Ledger]) -> None:
    result = new_ledger().run("test", "--select", "test_type:unit")
    assert result.success, failures(result)
    assert len(result.result.results) > 5
