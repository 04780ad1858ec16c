"""What an import notices over several runs: orders and files that are wrong, come right, and go wrong again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shop_file import order, rows, write

from ingest.pipeline import Warehouse
from ingest.sources.xcart.xcart_source import ImportReport, import_orders
from workflows.config.settings import PROJECT

GOOD, OTHER = order("671825", [("17612", 2)]), order("671827", [("17612", 1)])
SPOILT = order("671826", [("17612", 1)], company="Smith & Sons")
FINDINGS = "select order_number, detail, resolved_at is null from raw_xcart.findings order by first_seen_at, 2"
FIRST_SEEN = "select first_seen_at from raw_xcart.findings where resolved_at is null order by all"
LOADS = "select count(*) from raw_xcart._dlt_loads"


def bring(path: Path, warehouse: Warehouse) -> ImportReport:
    return import_orders(path, warehouse, sleep=lambda _seconds: None)


def wrong(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Number and detail of what is an exception now."""
    return [(number, detail) for number, detail, is_open in rows(warehouse.path, FINDINGS) if is_open]


def numbers(warehouse: Warehouse) -> list[str]:
    return [number for (number,) in rows(warehouse.path, "select order_number from raw_xcart.orders order by 1")]


def test_spoilt_orders_are_exceptions_with_number_and_line_and_all_others_load(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    nameless = "<order><orderid>6718&</orderid></order>"
    report = bring(write(tmp_path / "shop.xml", GOOD, SPOILT, nameless, OTHER), warehouse)
    assert (report.orders_read, report.orders_changed, report.orders_invalid) == (4, 2, 2)
    assert (report.refused, numbers(warehouse)) == ([], ["671825", "671827"])
    reason = (
        "has a character that XML does not allow there, such as & or < alone, or a control character; "
        "it was not loaded. Correct it in the shop."
    )
    assert wrong(warehouse) == [
        ("671826", f"Order 2 of shop.xml, line 4 (number 671826) {reason}"),
        (None, f"Order 3 of shop.xml, line 5 (without a number that can be read) {reason}"),
    ]
    bring(write(tmp_path / "shop.xml", GOOD, SPOILT.replace("&", "&amp;"), OTHER), warehouse)
    assert (wrong(warehouse), numbers(warehouse)) == ([], ["671825", "671826", "671827"])


def test_an_exception_keeps_its_instant_while_its_order_moves_and_is_another_for_another_reason(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = tmp_path / "shop.xml"
    bring(write(file, SPOILT), warehouse)
    seen = rows(warehouse.path, FIRST_SEEN)
    for orders in ((GOOD, SPOILT), (GOOD, OTHER, SPOILT)):
        bring(write(file, *orders), warehouse)
        ((_, detail),) = wrong(warehouse)
        assert detail.startswith(f"Order {len(orders)} of shop.xml, line {len(orders) + 2} (number 671826)")
        assert rows(warehouse.path, FIRST_SEEN) == seen
    bring(write(file, order("671826", [])), warehouse)
    ((_, detail),) = wrong(warehouse)
    assert "has no order_detail" in detail
    assert rows(warehouse.path, FIRST_SEEN) > seen


def test_an_order_that_goes_wrong_again_is_an_exception_again(tmp_path: Path, warehouse: Warehouse) -> None:
    file = tmp_path / "shop.xml"
    for content, is_wrong in ((SPOILT, 1), (GOOD, 0), (SPOILT, 1), (GOOD, 0)):
        bring(write(file, content), warehouse)
        assert len(wrong(warehouse)) == is_wrong


def test_an_order_that_another_file_brings_whole_is_no_exception_any_more(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    bring(write(tmp_path / "a.xml", SPOILT), warehouse)
    bring(write(tmp_path / "b.xml", OTHER), warehouse)
    assert len(wrong(warehouse)) == 1
    bring(write(tmp_path / "b.xml", OTHER, SPOILT.replace("&", "and")), warehouse)
    assert wrong(warehouse) == []


def test_a_file_refused_again_and_again_is_one_exception_since_the_first_time(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = tmp_path / "shop.xml"
    file.write_text("<html></html>")
    assert len(bring(file, warehouse).refused) == 1
    before = rows(warehouse.path, FIRST_SEEN), rows(warehouse.path, LOADS)
    for _ in range(2):
        assert len(bring(file, warehouse).refused) == 1
        assert (rows(warehouse.path, FIRST_SEEN), rows(warehouse.path, LOADS)) == before
    file.write_text("<orders>")
    bring(file, warehouse)
    ((_, detail),) = wrong(warehouse)
    assert "may still be being written" in detail


def test_a_file_that_is_again_what_was_read_last_is_no_exception_any_more(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    file = write(tmp_path / "shop.xml", GOOD, SPOILT)
    bring(file, warehouse)
    whole = file.read_text()
    for _ in range(2):
        file.write_text(whole[:300])
        bring(file, warehouse)
        assert len(wrong(warehouse)) == 2
        file.write_text(whole)
        assert bring(file, warehouse).files_unchanged == 1
        assert [number for number, _ in wrong(warehouse)] == ["671826"]


def test_an_unfinished_file_is_looked_at_three_times_a_second_apart(tmp_path: Path, warehouse: Warehouse) -> None:
    file = tmp_path / "shop.xml"
    file.write_text("<orders>")
    pauses: list[float] = []
    import_orders(file, warehouse, sleep=pauses.append)
    assert pauses == [1.0, 1.0]


@pytest.mark.long
def test_the_command_succeeds_with_a_spoilt_order_and_fails_when_it_could_read_no_file(tmp_path: Path) -> None:
    file = write(tmp_path / "shop.xml", GOOD, SPOILT)
    code, facts = command(tmp_path, str(file))
    assert (code, facts["orders_read"], facts["orders_invalid"], facts["refused"]) == (0, 2, 1, [])
    file.write_text(file.read_text()[:300])
    code, facts = command(tmp_path, str(file))
    assert code == 1
    assert "may still be being written" in facts["error"]


def command(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SHIPLEDGER_HOME": str(folder / "home")}
    program = [sys.executable, str(PROJECT / "orchestrate.py"), "import-xcart", *words, "--json"]
    done = subprocess.run(program, capture_output=True, env=environment)
    return done.returncode, json.loads(done.stdout)
