"""Rounds of changes and killed builds leave what one full build of the same raw rows makes."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from long_run import sample
from nasty_business import NastyBusiness
from replayed_ledger import RecordedBuilds, ReplayedLedger
from test_dbt_by_itself import BUT_THE_BUILD, OF_EARLIER_BUILDS, OF_THE_BUILD

ROUNDS = sample(3, 25)
# What a build left wrong stays wrong until its order changes again, so few comparisons see most of it.
COMPARED_AFTER = (ROUNDS // 2, ROUNDS)
KILLED = 0.3


@pytest.mark.parametrize("seed", range(sample(1, 4)))
def test_rounds_of_changes_and_killed_builds_leave_what_a_full_build_makes(
    seed: int, recording: RecordedBuilds, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    business = NastyBusiness(1000 + seed)
    with closing(ReplayedLedger(recording, "UTC")) as ledger:
        business.begin(ledger.connection)
        ledger.build(warm=False)
        for number in range(1, ROUNDS + 1):
            business.change(ledger.connection)
            while rng.random() < KILLED:
                kill(ledger, rng)
                if rng.random() < 0.5:
                    business.change(ledger.connection)
            ledger.build(warm=True)
            if number in COMPARED_AFTER:
                folder = tmp_path / str(number)
                folder.mkdir()
                assert_same(ledger, folder)


def kill(ledger: ReplayedLedger, rng: random.Random) -> None:
    """Stop a build after any of its nodes."""
    last = rng.randrange(90)
    for number, _node in enumerate(ledger.nodes(warm=True)):
        if number == last:
            break


def assert_same(ledger: ReplayedLedger, folder: Path) -> None:
    """Each row of each relation of the models, counted, is in a full build as often, and no other is."""
    with closing(ledger.built_again(folder)) as again:
        for name in relations(ledger):
            query = f"{BUT_THE_BUILD} from {name} order by all"
            assert ledger.rows(query) == again.rows(query), name


def relations(ledger: ReplayedLedger) -> list[str]:
    return [
        f"{database}.{schema}.{table}"
        for database, schema, table in ledger.rows(
            "select table_catalog, table_schema, table_name from information_schema.tables"
            " where table_schema in ('staging', 'intermediate', 'marts')"
        )
        if table not in OF_THE_BUILD | OF_EARLIER_BUILDS
    ]
