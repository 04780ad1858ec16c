from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from shop_file import document, order, rows, write, write_many

from ingest.errors import FileRefused
from ingest.pipeline import Warehouse
from ingest.sources.xcart.xcart_source import ImportReport, import_orders

NUMBERS = "select order_number from raw_xcart.orders order by 1"
OPEN_FINDINGS = "select order_number, detail from raw_xcart.findings where resolved_at is null order by 1"


def never(_seconds: float) -> None:
    raise AssertionError("no file here is worth waiting for")


def at_once(_seconds: float) -> None:
    """A pause that takes no time."""


def bring(path: Path, warehouse: Warehouse, sleep: Any = never) -> ImportReport:
    return import_orders(path, warehouse, sleep=sleep)


def lines_of(warehouse: Warehouse, number: str) -> list[tuple[str, int]]:
    ((lines,),) = rows(warehouse.path, f"select lines from raw_xcart.orders where order_number = '{number}'")
    return [(line["sku"], line["amount"]) for line in json.loads(lines)]


def test_orders_of_both_roots_come_with_all_their_lines(tmp_path: Path, warehouse: Warehouse) -> None:
    for first, root in ((671825, "DentistSelectOrders"), (671835, "orders")):
        file = write(
            tmp_path / f"{root}.xml",
            order(str(first), [("17612", 2), ("17904", 1)]),
            order(str(first + 1), [("18225", 1)]),
            root=root,
        )
        report = bring(file, warehouse)
        assert (report.orders_read, report.orders_changed, report.orders_invalid) == (2, 2, 0)
        assert lines_of(warehouse, str(first)) == [("17612", 2), ("17904", 1)]
    assert rows(warehouse.path, "select order_key, order_date from raw_xcart.orders order by 1") == [
        (f"xcart-{number}", "2025-10-01 09:30:00") for number in (671825, 671826, 671835, 671836)
    ]


def test_a_file_is_read_again_when_it_changed_also_back_to_what_it_was(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = tmp_path / "shop.xml"
    first, second = order("671825", [("17612", 2)]), order("671825", [("17612", 3)])
    reports = []
    for content in (first, first, second, first):
        reports.append(bring(write(file, content), warehouse))
    assert [(report.files_read, report.files_unchanged) for report in reports] == [(1, 0), (0, 1), (1, 0), (1, 0)]
    assert lines_of(warehouse, "671825") == [("17612", 2)]
    ((changed,),) = rows(warehouse.path, "select changed_at is not null from raw_xcart.orders")
    assert changed


def test_an_order_that_left_the_file_stays(tmp_path: Path, warehouse: Warehouse) -> None:
    file = write(tmp_path / "shop.xml", order("671825", [("17612", 2)]))
    bring(file, warehouse)
    bring(write(file, order("671826", [("17612", 1)])), warehouse)
    assert rows(warehouse.path, NUMBERS) == [("671825",), ("671826",)]


def test_of_an_order_that_is_twice_in_a_file_the_last_content_stays_and_another_one_before_it_is_listed(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    listed = "select exception_type, order_number, detail from raw_xcart.findings where resolved_at is null"
    first, second = order("671825", [("17612", 2)]), order("671825", [("17612", 5)])
    file = write(tmp_path / "shop.xml", first)
    bring(file, warehouse)
    bring(write(file, second, first), warehouse)
    assert lines_of(warehouse, "671825") == [("17612", 2)]
    bring(write(file, first, second), warehouse)
    assert lines_of(warehouse, "671825") == [("17612", 5)]
    detail = "Order 671825 is in shop.xml twice with different content; the one that comes last was taken."
    assert rows(warehouse.path, listed) == [("xcart_repeated", "671825", f"{detail} Correct it in the shop.")]
    bring(write(file, second, second), warehouse)
    assert rows(warehouse.path, listed) == []


def test_of_an_order_in_two_files_the_one_written_last_counts(tmp_path: Path, warehouse: Warehouse) -> None:
    older = write(tmp_path / "b.xml", order("671825", [("17612", 1)]))
    newer = write(tmp_path / "a.xml", order("671825", [("17612", 4)]))
    os.utime(older, (1_000, 1_000))
    os.utime(newer, (2_000, 2_000))
    (tmp_path / "notes.txt").write_text("no export")
    report = bring(tmp_path, warehouse)
    assert (report.files_read, report.refused) == (2, [])
    assert lines_of(warehouse, "671825") == [("17612", 4)]


BAD_ORDERS = {
    "no order_detail": order("671831", []),
    "whole number of units in line 1": order("671832", [("17612", "two")]),  # type: ignore[list-item]
    "units in line 2": order("671833", [("17612", 1), ("17904", -3)]),
    "no usable productid": order("671834", [("", 1)]),
    "no date": order("671835", [("17612", 1)], date="yesterday", date2=""),
    "of another order": order("671836", [("17612", 1)]).replace(
        "<order_detail><orderid>671836", "<order_detail><orderid>671899"
    ),
}


def test_one_bad_order_is_an_exception_with_its_position_and_the_others_load(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    good = [order("671825", [("17612", 2)]), order("671837", [("17612", 1)])]
    file = write(tmp_path / "shop.xml", good[0], *BAD_ORDERS.values(), good[1])
    assert bring(file, warehouse).orders_invalid == len(BAD_ORDERS)
    assert rows(warehouse.path, NUMBERS) == [("671825",), ("671837",)]
    found = rows(warehouse.path, OPEN_FINDINGS)
    assert [number for number, _ in found] == [str(number) for number in range(671831, 671837)]
    for position, ((_, detail), reason) in enumerate(zip(found, BAD_ORDERS, strict=True), start=2):
        assert detail.startswith(f"Order {position} of shop.xml") and reason in detail
    righted = [order(str(number), [("17612", 1)]) for number in range(671831, 671837)]
    bring(write(file, good[0], *righted, good[1]), warehouse)
    assert rows(warehouse.path, OPEN_FINDINGS) == []


def test_a_half_written_file_loads_nothing_and_is_read_when_it_is_whole(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    whole = document(order("671825", [("17612", 2)]), order("671826", [("17612", 1)]))
    file = tmp_path / "shop.xml"
    file.write_text(whole[: whole.index("671826")])
    report = bring(file, warehouse, sleep=at_once)
    assert [one["file"] for one in report.refused] == ["shop.xml"]
    assert "may still be being written" in report.refused[0]["reason"]
    assert rows(warehouse.path, OPEN_FINDINGS)[0][1] == report.refused[0]["reason"]
    file.write_text(whole)
    assert bring(file, warehouse).orders_read == 2
    assert rows(warehouse.path, NUMBERS) == [("671825",), ("671826",)]
    assert rows(warehouse.path, OPEN_FINDINGS) == []


def test_a_file_that_is_whole_a_moment_later_is_taken_in_the_same_run(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = tmp_path / "shop.xml"
    file.write_text("<orders><order><orderid>6718")

    def finish_writing(_seconds: float) -> None:
        write(file, order("671825", [("17612", 2)]))

    assert bring(file, warehouse, sleep=finish_writing).refused == []
    assert rows(warehouse.path, NUMBERS) == [("671825",)]


def test_a_file_rewritten_while_it_is_read_is_not_loaded_as_a_mixture(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = tmp_path / "shop.xml"
    write_many(file, 9000)

    def rewrite(_list: str, done: int, _total: int) -> None:
        if done == 4000:
            write(file, order("671825", [("17612", 9)]))

    report = import_orders(file, warehouse, rewrite, sleep=at_once)
    assert (report.files_read, report.orders_read) == (1, 1)
    assert lines_of(warehouse, "671825") == [("17612", 9)]
    assert rows(warehouse.path, NUMBERS) == [("671825",)]


LAUGHS = '<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ATTACKS = {
    "an entity that grows": f"{LAUGHS}<orders><order><orderid>&b;</orderid></order></orders>",
    "a file of the machine": '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><orders>&x;</orders>',
    "a document type elsewhere": '<!DOCTYPE orders SYSTEM "http://192.0.2.1/o.dtd"><orders></orders>',
    "endless depth": "<orders>" + "<a>" * 100_000,
    "an endless comment": f"<orders>{order('671826', [('17612', 1)])}<!--{'x' * 1_000_000}--></orders>",
    "an endless attribute": f"<orders a='{'x' * 1_000_000}'></orders>",
    "endless bad orders": f"<orders>{'<order/>' * 10_001}</orders>",
    "another document": "<html><order></order></html>",
}


def test_an_attack_is_refused_with_a_sentence_and_loads_nothing(tmp_path: Path, warehouse: Warehouse) -> None:
    write(tmp_path / "good.xml", order("671825", [("17612", 2)]))
    for attack, content in ATTACKS.items():
        (tmp_path / f"{attack}.xml").write_text(content)
    report = bring(tmp_path, warehouse)
    assert {one["file"] for one in report.refused} == {f"{attack}.xml" for attack in ATTACKS}
    assert all("Nothing was loaded." in one["reason"] for one in report.refused)
    assert "root:" not in json.dumps(report.refused)
    assert (tmp_path / "good.xml").exists()
    assert rows(warehouse.path, NUMBERS) == [("671825",)]


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path, warehouse: Warehouse) -> None:
    huge = tmp_path / "huge.xml"
    huge.write_text("<orders>")
    os.truncate(huge, 600 * 1024 * 1024)
    report = bring(huge, warehouse)
    assert "larger than 512 MB" in report.refused[0]["reason"]


def test_a_path_with_nothing_at_it_is_refused(tmp_path: Path, warehouse: Warehouse) -> None:
    with pytest.raises(FileRefused, match="nothing at"):
        bring(tmp_path / "absent.xml", warehouse)
