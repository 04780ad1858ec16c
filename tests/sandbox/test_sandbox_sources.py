"""Rows from files, the former system's database, and the command line."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from sandbox_client import Run, a_label, an_order

from sandbox import Book, load_legacy, load_row_files
from sandbox.cli import sandbox_command
from sandbox.rowfiles import save_row_files, saved_row_files


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_from_files_are_served_byte_for_byte(run: Run, tmp_path: Path) -> None:
    text = '{"orderId": 7,  "unknown": {"x": 1.0}, "tagIds": null, "orderTotal": 35.00, "modifyDate": null}'
    book = load_row_files(Book(), {"orders": write(tmp_path / "o", text, "")})
    client = run(book=book)
    assert client.get("/orders/7").text == text
    assert client.get("/orders").text == f'{{"orders":[{text}],"total":1,"page":1,"pages":1}}'
    assert client.ids(modifyDateStart="2000-01-01") == []


@pytest.mark.parametrize(
    "note", [rb'"\ud83d"', b'"\xff"', b"NaN", b"[" * 20_000 + b"]" * 20_000, b"[}", b'"never closed'], ids=range(6)
)
def test_a_line_that_no_strict_reader_takes_is_served_as_it_is(run: Run, tmp_path: Path, note: bytes) -> None:
    line = b'{"orderId": 7, "modifyDate": "2025-10-01T08:00:00.0000000", "note": ' + note + b"}"
    (tmp_path / "o").write_bytes(line)
    client = run(book=load_row_files(Book(), {"orders": tmp_path / "o"}))
    assert client.get("/orders/7").content == line
    found = client.get("/orders", modifyDateStart="2025-10-01 00:00:00", sortBy="ModifyDate").content
    assert found == b'{"orders":[' + line + b'],"total":1,"page":1,"pages":1}'


def test_all_kinds_of_rows_come_from_files(run: Run, tmp_path: Path) -> None:
    fulfillment = {"fulfillmentId": 3, "orderId": 1, "createDate": "2025-10-01T08:00:00.0000000"}
    lines = {
        "orders": [json.dumps(an_order(1)), json.dumps(an_order(1, orderStatus="shipped"))],
        "shipments": [json.dumps(a_label(11))],
        "fulfillments": [json.dumps(fulfillment)],
        "carriers": ['{"code": "mule"}'],
        "stores": ['{"storeId": 1}'],
    }
    files = {name: write(tmp_path / name, *found) for name, found in lines.items()}
    client = run(book=load_row_files(Book(), files))
    assert [row["orderStatus"] for row in client.rows("orders")] == ["shipped"]
    assert [row["shipmentId"] for row in client.rows("shipments")] == [11]
    assert client.rows("fulfillments") == [fulfillment]
    assert (client.get("/carriers").json(), client.get("/stores").json()) == (
        [{"code": "mule"}],
        [{"storeId": 1}],
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("{", "line 1 is not JSON"), ("[]", "not a JSON object"), ('{"a":1}', "line 1: .* integer orderId")],
)
def test_a_bad_line_is_named_with_its_file_and_number(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        load_row_files(Book(), {"orders": write(tmp_path / "o", line)})


SCHEMA = """
create table shipped_orders (
    id integer primary key autoincrement, ship_date text not null, order_number text not null unique,
    customer_email text, total_items integer default 0, shipstation_order_id text, created_at text
) strict;
create table shipped_items (
    id integer primary key autoincrement, ship_date text not null, sku_lot text not null default '',
    base_sku text not null, quantity_shipped integer not null check (quantity_shipped > 0), order_number text,
    created_at text, unique(order_number, base_sku, sku_lot)
) strict;
"""
ITEMS = [
    ("2025-09-08", "17612 - 250237", "17612", 3, "681815"),
    ("2025-09-12", "17914 - 250297", "17914", 2, "681815"),
    ("2025-09-08", "17612 - 250216", "17612", 1, "100475"),
    ("2025-09-15", "", "18795", 4, "681975"),
]


@pytest.fixture
def former(tmp_path: Path) -> Path:
    path = tmp_path / "former.db"
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.executemany(
            "insert into shipped_orders (ship_date, order_number, shipstation_order_id) values (?, ?, ?)",
            [
                ("2025-09-08", "681815", None),
                ("2025-09-09", "100475", "912345678"),
                ("2025-09-15", "681975", None),
            ],
        )
        database.executemany(
            "insert into shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number)"
            " values (?, ?, ?, ?, ?)",
            ITEMS,
        )
    database.close()
    return path


def test_units_by_ship_date_and_sku_are_the_former_databases_own(run: Run, former: Path) -> None:
    client = run(book=load_legacy(Book(), former))
    shipped: Counter[tuple[str, str]] = Counter()
    for label in client.rows("shipments", includeShipmentItems="true"):
        for line in label["shipmentItems"]:
            shipped[label["shipDate"], line["sku"].split(" - ")[0]] += line["quantity"]
    assert shipped == {
        ("2025-09-08", "17612"): 4,
        ("2025-09-12", "17914"): 2,
        ("2025-09-15", "18795"): 4,
    }


def test_each_former_order_is_one_shipped_order_with_a_label_for_each_date(run: Run, former: Path) -> None:
    client = run(book=load_legacy(Book(), former))
    orders = {row["orderNumber"]: row for row in client.rows("orders")}
    assert set(orders) == {"681815", "100475", "681975"}
    assert {row["orderStatus"] for row in orders.values()} == {"shipped"}
    assert orders["100475"]["orderId"] == 912345678
    assert [line["sku"] for line in orders["681815"]["items"]] == ["17612 - 250237", "17914 - 250297"]
    labels = client.rows("shipments", orderNumber="681815", sortBy="ShipDate")
    assert [label["shipDate"] for label in labels] == ["2025-09-08", "2025-09-12"]
    assert orders["681815"]["modifyDate"].startswith("2025-09-12T10:")


def test_ids_of_former_orders_are_the_same_at_every_start(former: Path) -> None:
    books = [load_legacy(Book(), former) for _ in range(2)]
    ids = [sorted(record.payload for record in book.shipments) for book in books]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 4


def test_a_file_that_is_not_the_former_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no file"):
        load_legacy(Book(), tmp_path / "none.db")
    with pytest.raises(ValueError, match="is not the former system's database"):
        load_legacy(Book(), write(tmp_path / "text.db", "no database at all, but a text" * 50))
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(ValueError, match="is not the former system's database"):
        load_legacy(Book(), tmp_path / "empty.db")


@pytest.mark.parametrize(
    "arguments",
    [["--orders", "none.jsonl"], ["--legacy", "none.db"], ["--rate-limit", "0"], ["--weeks", "0"]],
)
def test_the_command_refuses_what_it_cannot_use_with_exit_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(sandbox_command, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


def test_saved_rows_are_served_as_they_were(former: Path, tmp_path: Path) -> None:
    book = load_legacy(Book(), former)
    save_row_files(book, tmp_path / "rows")
    again = load_row_files(Book(), saved_row_files(tmp_path / "rows"))
    assert again.counts() == book.counts() == {"orders": 3, "shipments": 4, "fulfillments": 0}
    for name in ("orders", "shipments"):
        payloads = [{record.id: record.payload for record in one.newest(name)} for one in (book, again)]
        assert payloads[0] == payloads[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_gets_a_signal_to_stop(former: Path, number: signal.Signals) -> None:
    arguments = ["--legacy", str(former), "--port", "0", "--json", "--key", "k", "--secret", "s"]
    command = [sys.executable, "-m", "sandbox.cli", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True
    ) as process:
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline())
        assert answer["counts"] == {"orders": 3, "shipments": 4, "fulfillments": 0}
        listed = requests.get(answer["url"] + "/orders", auth=(answer["key"], answer["secret"]), timeout=10)
        process.send_signal(number)
        rest, log = process.communicate(timeout=20)
    assert (listed.json()["total"], process.returncode, rest) == (3, 0, "")
    assert f"listening on {answer['url']}" in log
