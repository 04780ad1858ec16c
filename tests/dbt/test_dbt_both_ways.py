"""The switch of the fast build: what is sent again and what dbt builds by itself come to the same tables."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import raw_tables
from closing import publish_marts, settings_of
from ledger_under_test import Ledger, copy_closes
from long_run import sample
from nasty_business import NastyBusiness

from workflows.closes.freezing import freeze_month
from workflows.cycle.dbt_runner import BuildReport, Modelling, fingerprint
from workflows.cycle.warehouse import open_warehouse, state_of

ROUNDS = sample(2, 20)
# Closed after these rounds, in both homes.
CLOSED = {2: date(2025, 9, 1), 10: date(2025, 10, 1), 15: date(2025, 11, 1)}
SEED = 5
# A killed build has begun, and the other home knows nothing of it.
BEGUN = "intermediate.int_inputs_begun"


class Killed(Exception):
    """The build ends here, as if its process had."""


class Home:
    """A ledger that changes as another does, and is built by one of the two ways."""

    def __init__(self, ledger: Ledger, *, fast: bool) -> None:
        self.ledger = ledger
        self._business = NastyBusiness(SEED)
        self.settings = settings_of(ledger).model_copy(
            update={"timezone": ZoneInfo(self._business.timezone), "fast_build": fast}
        )
        self._modelling = Modelling(self.settings)
        with ledger.connect() as connection:
            self._business.begin(connection)

    @property
    def today(self) -> date:
        return self._business.as_of.date()

    def change(self) -> None:
        with self.ledger.connect() as connection:
            self._business.change(connection)

    def build(self, on_node: Callable[[int, int], None] = lambda *_: None) -> BuildReport:
        with open_warehouse(self.settings.warehouse) as connection:
            facts = raw_tables.facts_of_next_build(connection)
            return self._modelling.build(
                connection,
                fingerprint(),
                state=state_of(connection),
                full=False,
                as_of=datetime.fromisoformat(facts.as_of),
                run_id=facts.run_id,
                on_node=on_node,
            )

    def killed_after(self, nodes: int) -> None:
        def stop(done: int, _all: int) -> None:
            if done == nodes:
                raise Killed

        with pytest.raises(Killed):
            self.build(stop)


def differing_tables(left: Ledger, right: Ledger) -> list[str]:
    """The tables of warehouse and marts that are not the same rows in both homes, as often."""
    return [
        table for file in ("warehouse", "marts") for table in _differing(getattr(left, file), getattr(right, file))
    ]


def _differing(left: Path, right: Path) -> Iterator[str]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as a (read_only); attach '{right}' as b (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'a' and schema_name not like 'raw_%' order by all"
        ).fetchall()
        assert tables
        for (table,) in tables:
            if table == BEGUN:
                continue
            for one, other in ("ab", "ba"):
                if connection.execute(f"from {one}.{table} except all from {other}.{table}").fetchall():
                    yield f"{table}: {one} has what {other} has not"


@pytest.mark.long
def test_rounds_of_changes_closes_and_kills_come_to_the_same_tables_both_ways(
    new_ledger: Callable[..., Ledger],
) -> None:
    rng = random.Random(SEED)
    fast, by_dbt = Home(new_ledger(), fast=True), Home(new_ledger(), fast=False)
    assert fast.today > max(CLOSED.values())
    replayed = 0
    for number in range(1, ROUNDS + 1):
        for home in (fast, by_dbt):
            home.change()
        if replayed and rng.random() < 0.4:
            fast.killed_after(rng.randrange(1, 80))
        replayed += fast.build().replayed
        assert not by_dbt.build().replayed
        if number in CLOSED:
            run_id = f"close-{CLOSED[number]}"
            publish_marts(fast.ledger, run_id)
            freeze_month(fast.settings, CLOSED[number], "tester", run_id)
            copy_closes(fast.ledger.home, by_dbt.ledger.home)
            for home in (fast, by_dbt):
                with home.ledger.connect() as connection:
                    raw_tables.load_closes(connection, home.settings.operations, run_id)
                home.build()
        assert differing_tables(fast.ledger, by_dbt.ledger) == [], number
    assert replayed >= max(1, ROUNDS - 3)
    assert len(fast.ledger.rows("from closed_months")) == sum(number <= ROUNDS for number in CLOSED)
