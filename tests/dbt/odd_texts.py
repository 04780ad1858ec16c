"""Values that no field of a payload should have, each readable as JSON, and a payload with one of them."""

from __future__ import annotations

import copy
import json
from typing import Any

VALUES = [
    b"null", b"true", b"[]", b"{}", b"[null]", b'[[1], {"a": 2}]', b"[" * 90 + b"]" * 90,
    b'{"a":' * 90 + b"1" + b"}" * 90, b'{"": 1, "a\\u0000b": 2, "$": 3, "a.b": 4, "\\"": 5}',
    b'{"name": 1, "NAME": {"name": 2}, "name": [3]}',
    b"-0", b"-1", b"1e308", b"1e999", b"-1e999", b"1e-400", b"0." + b"1" * 500, b"9" * 400,
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"18446744073709551616",
    b'""', b'" "', b'"' + b"x" * 100_000 + b'"', rb'"\u0000"', rb'"a\u0000b"', rb'"\r\n\t\b\f\/\\"',
    rb'"\ufffd\u202e\u200b\ufeff\u00ad\uffff"', rb'"\ud83d\ude00"', rb'"\u0662\u0660\u0662\u0666-01-01"',
    b'"NaN"', b'"-inf"', b'"1e400"', b'"1,200"', b'"0x10"', b'" 5 "', b'"5_0"', b'"' + b"9" * 400 + b'"',
    b'"9999-12-31T23:59:59.9999999"', b'"0001-01-01T00:00:00"', b'"2026-02-30"', b'"-0044-03-15"',
    b'"infinity"', b'"epoch"', b'"today"', b'"2026-01-01T25:00:00"', b'"290000-01-01"',
    b'"2026-01-01T00:00:00+23:59"', b'"5877642-06-25 (BC)"',
    b"\"'; drop table orders; --\"", b'"{{ 1 }} %s %(x)s $1 {0}"',
]  # fmt: skip
_HERE = "@odd@"


def with_value(row: dict[str, Any], path: str, value: bytes) -> str:
    """The row's JSON with that value at a path such as `items.0.sku`."""
    row = copy.deepcopy(row)
    *steps, last = path.split(".")
    at: Any = row
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = _HERE
    return json.dumps(row).replace(f'"{_HERE}"', value.decode())
