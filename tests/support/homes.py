"""Homes for tests: their settings, and builds that are done once for all copies of a home."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from once import made_once
from shared_dbt import one_dbt_for_all_homes

from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import prepare_tables
from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.cycle.dbt_runner import Modelling, fingerprint
from workflows.cycle.engine import Engine
from workflows.cycle.warehouse import (
    Run,
    last_build_number,
    note_green_build,
    open_warehouse,
    read_green_build,
    state_of,
)


def settings_of(home: Path, **variables: str) -> Settings:
    """The settings of a home, and nothing of this machine's environment."""
    return read_settings({"SHIPLEDGER_HOME": str(home), **variables})


def founded_home(factory: pytest.TempPathFactory, home: Path) -> Path:
    """A home with all tables and no rows, in which the next build is a warm one.

    The first build of a home is dbt's own work for the most part, the same for every business.
    """
    return copy_of(made_once(factory, "founded-home", lambda folder: _found(folder / "home")) / "home", home)


def copy_of(home: Path, target: Path) -> Path:
    return Path(shutil.copytree(home, target, symlinks=True))


def record_a_warm_build(settings: Settings) -> None:
    """What a first cycle after the backfill does, so that only tests about it wait for dbt."""
    with open_warehouse(settings.warehouse) as connection, one_dbt_for_all_homes():
        Modelling(settings).build(
            connection,
            fingerprint(),
            state=state_of(connection),
            full=False,
            as_of=datetime.now(UTC),
            run_id="recorded",
        )
        green = read_green_build(connection)
        assert green is not None
        note_green_build(connection, replace(green, build_number=last_build_number(connection)))


def _found(home: Path) -> None:
    settings = settings_of(home)
    prepare_home(settings)
    prepare_tables(Warehouse(settings.warehouse, home / "scratch"))
    engine = Engine(settings)
    engine.load_operations()
    now = datetime.now(UTC)
    with one_dbt_for_all_homes():
        engine.build(Run("founding", "sync", now, now, "success"), lambda _since: [], lambda *_: None)
    record_a_warm_build(settings)
    with open_warehouse(settings.warehouse) as connection:
        connection.execute("delete from raw_shipledger.runs")


def lose_an_order(home: Path) -> None:
    """Take an order out of a mart behind dbt's back: completeness must notice."""
    with duckdb.connect(str(home / "ledger.duckdb")) as connection:
        connection.execute(
            "delete from marts.orders_inbox where shipstation_order_id = "
            "(select min(shipstation_order_id) from marts.orders_inbox)"
        )
