"""Homes for tests: their settings, and builds that are recorded once for all copies of a home."""

from __future__ import annotations

from pathlib import Path

import duckdb

from workflows.modelling import Modelling, fingerprint
from workflows.settings import Settings, read_settings
from workflows.warehouse import former_system, open_warehouse, unused_parts


def settings_of(home: Path, **variables: str) -> Settings:
    """The settings of a home, and nothing of this machine's environment."""
    return read_settings({"SHIPLEDGER_HOME": str(home), **variables})


def record_a_warm_build(settings: Settings) -> None:
    """What a first cycle after the backfill does, so that only tests about it wait for dbt."""
    with open_warehouse(settings.warehouse) as connection:
        Modelling(settings).build(
            connection,
            fingerprint(),
            state=former_system(connection),
            full=False,
            unused_tags=unused_parts(connection),
        )


def lose_an_order(home: Path) -> None:
    """Take an order out of a mart behind dbt's back: completeness must notice."""
    with duckdb.connect(str(home / "ledger.duckdb")) as connection:
        connection.execute(
            "delete from marts.orders_inbox where shipstation_order_id = "
            "(select min(shipstation_order_id) from marts.orders_inbox)"
        )
