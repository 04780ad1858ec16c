"""What tests of operators' entries enter, what they publish before, and what is recorded then."""

from __future__ import annotations

import sqlite3
from typing import Any

import duckdb

from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.recording import EntryRequest

TODAY = read_settings({}).today()


def request(settings: Settings, **given: Any) -> EntryRequest:
    usual = {
        "kind": "receive", "sku_code": "17612", "quantity": 576, "entry_date": settings.today(), "actor": "ann",
    }  # fmt: skip
    return EntryRequest(**usual | given)


def publish(settings: Settings, *movements: tuple[str, str, str | None, int]) -> None:
    """A snapshot with the two tables an entry is judged by: (id, day, lot, quantity) of 17612."""
    settings.published.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.published / "current.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.inventory_transactions (transaction_id varchar, transaction_date date,"
            " sku_code varchar, lot_number varchar, quantity bigint, transaction_type varchar)"
        )
        connection.execute("create table marts.lots (sku_code varchar, lot_number varchar, received_date date)")
        for key, day, lot, quantity in movements:
            values = [key, day, lot, quantity]
            connection.execute(
                "insert into marts.inventory_transactions values (?, ?, '17612', ?, ?, 'opening')", values
            )
            connection.execute("insert into marts.lots values ('17612', ?, ?)", [lot, day])


def in_store(settings: Settings) -> list[tuple[Any, ...]]:
    with sqlite3.connect(settings.operations) as connection:
        return connection.execute("select entry_type, lot_number, quantity from entries order by seq").fetchall()
