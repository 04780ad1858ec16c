"""Whatever is in the shop's file, it is refused as a whole, or each of its orders is loaded or has a reason."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from ingest.errors import FileRefused, FileUnfinished
from ingest.sources.xcart.order_rows import InvalidOrder, check
from ingest.sources.xcart.shop_file import hash_file, read_orders

_ORDER = (
    "<order><orderid>{}</orderid><date>{}</date>"
    "<order_detail><productid>{}</productid><amount>{}</amount></order_detail></order>"
)
_WORDS = some.text(max_size=12) | some.sampled_from(
    [
        "671900",
        "2026-11-20 09:30:00",
        "2026-1-2 3:4:5",
        "２０２６-11-20 09:30:00",
        "17612",
        "1",
        "1.0",
        "&#11;",
        "]]>",
    ]
)
_ORDERS = some.builds(_ORDER.format, _WORDS, _WORDS, _WORDS, _WORDS)
_PIECES = some.sampled_from(
    [
        "<orders>",
        "</orders>",
        "<order>",
        "</order>",
        "<order/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<",
        ">",
        '<?xml version="1.0" encoding="gbk"?>',
        "<!DOCTYPE orders>",
        "<!ENTITY a 'b'>",
        "<orderid>1</orderid>",
        "text",
    ]
)
FILES = (
    some.binary(max_size=80)
    | some.lists(_ORDERS | _PIECES, max_size=8).map(lambda pieces: "".join(pieces).encode("utf-8", "replace"))
    | some.lists(_ORDERS, max_size=3).map(lambda orders: f"<orders>{''.join(orders)}</orders>".encode())
    | some.lists(_PIECES, max_size=6).map(lambda pieces: "".join(pieces).encode("utf-16"))
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "orders.xml"


@given(content=FILES)
@example(content=f"<orders>{_ORDER.format('1', '２０２６-11-20 09:30:00', '17612', '1')}</orders>".encode())
@example(content=f"<orders>{_ORDER.format('1', '2026-1-2 3:4:5', '17612', '1')}</orders>".encode())
def test_a_file_is_refused_or_each_order_is_valid_or_has_a_reason(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        orders = list(read_orders(file, hash_file(file)))
    except (FileRefused, FileUnfinished) as problem:
        assert str(problem).startswith("orders.xml")
        return
    for order in orders:
        try:
            checked = check(order)
        except InvalidOrder as problem:
            assert str(problem)
        else:
            assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", checked.order_date)
            assert all(line["sku"] and line["amount"] > 0 for line in checked.lines)
