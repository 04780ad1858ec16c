"""What the balance of a lot says."""

from __future__ import annotations

import pytest

from workflows.reports.lot_facts import LotFacts


def facts(on_hand: int | None, *, is_balanced: bool) -> LotFacts:
    return LotFacts("17612", "250300", "PT Kit", None, on_hand, (), (), 9, 3, 3, is_balanced)


@pytest.mark.parametrize(
    ("on_hand", "is_balanced", "is_sound", "said"),
    [
        (4, True, True, "Balanced"),
        (0, True, True, "Balanced"),
        (-3, True, False, "3 more left than came"),
        (4, False, False, "NOT balanced"),
        (-3, False, False, "NOT balanced"),
    ],
)
def test_a_lot_of_which_more_left_than_came_is_never_called_balanced(
    on_hand: int, is_balanced: bool, is_sound: bool, said: str
) -> None:
    lot = facts(on_hand, is_balanced=is_balanced)
    assert lot.is_sound is is_sound
    assert lot.verdict.startswith(said)
