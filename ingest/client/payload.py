"""Payloads: the JSON text of a row of ShipStation, of which only the fields in use are decoded.

A backfill moves hundreds of thousands of rows, and loading needs a dozen of their fields. Decoding and encoding
all the others took a quarter of its time, and the raw tables store the text unchanged anyway.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import orjson


class Fields(Protocol):
    """Anything that returns a row's fields by name, None for missing ones."""

    def get(self, name: str, /) -> Any:
        """Return a field's value."""
        ...


_NULL = msgspec.Raw(b"null")
# ShipStation's rows are five levels deep. JSON parsers fail at different depths between 100 and 1,000.
_MOST_DEPTH = 100
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
# An escape: a surrogate pair, half of one, or any other escape.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)", re.DOTALL
)


class _Head(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The fields that loading needs of each row; the larger ones are decoded on access."""

    order_id: Any = None
    order_number: Any = None
    order_key: Any = None
    order_status: Any = None
    shipment_id: Any = None
    fulfillment_id: Any = None
    create_date: Any = None
    modify_date: Any = None
    ship_date: Any = None
    void_date: Any = None
    items: msgspec.Raw = _NULL
    advanced_options: msgspec.Raw = _NULL


_ATTRIBUTES = dict(zip(_Head.__struct_encode_fields__, _Head.__struct_fields__, strict=True))
_decode_head = msgspec.json.Decoder(_Head).decode


class Payload:
    """One row as ShipStation sent it.

    Attributes:
        body: Its JSON text, UTF-8, an object.
    """

    __slots__ = ("_head", "body")

    def __init__(self, body: bytes) -> None:
        """Take a row's text.

        Raises:
            ValueError: It is not JSON, no object (a `msgspec.ValidationError`), or nested too deeply.
        """
        if body.count(b"[") + body.count(b"{") > _MOST_DEPTH and _depth(body) > _MOST_DEPTH:
            raise ValueError(f"nested more than {_MOST_DEPTH} levels deep")
        self.body = body
        self._head = _decode_head(body)

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Payload:
        """Return a payload with these fields."""
        return cls(encode_json(dict(fields)))

    def get(self, name: str, /) -> Any:
        """Return a field's value, None when it is missing or null."""
        attribute = _ATTRIBUTES.get(name)
        if attribute is None:
            return self.fields.get(name)
        value = getattr(self._head, attribute)
        return _decoded(bytes(value)) if isinstance(value, msgspec.Raw) else value

    @property
    def fields(self) -> dict[str, Any]:
        """All fields, decoded on each access."""
        return decode_fields(self.body)


def read_row(body: bytes) -> Payload | None:
    """Return the row in an answer that is one object; None for another JSON value.

    Raises:
        ValueError: The body is not JSON.
    """
    body = without_half_pairs(body)
    body.decode()  # msgspec does not check the UTF-8 of what it skips
    try:
        return Payload(body)
    except msgspec.ValidationError:
        return None


def read_json(body: bytes) -> Any:
    """Return the JSON value in an answer.

    Raises:
        ValueError: The body is not JSON.
    """
    return orjson.loads(without_half_pairs(body))


def without_half_pairs(body: bytes) -> bytes:
    r"""Return the text with U+FFFD for each half of a surrogate pair, such as `\ud83d` of an emoji cut in two."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], body)


def decode_fields(text: bytes | str) -> dict[str, Any]:
    """Return a row's fields from its JSON text."""
    fields: dict[str, Any] = _decoded(text)
    return fields


def encode_json(value: Any, option: int | None = None) -> bytes:
    """Return a decoded value as JSON; `option` is orjson's. An infinite number becomes null."""
    try:
        return orjson.dumps(value, option=option)
    except TypeError:
        # Integers of more than 64 bits, which only msgspec encodes.
        return msgspec.json.encode(value, order="sorted" if option == orjson.OPT_SORT_KEYS else None)


def _depth(body: bytes) -> int:
    """Return how deep objects and lists are nested."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        first = body[token.start()]
        depth += (first in b"[{") - (first in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _decoded(text: bytes | str) -> Any:
    """Decode JSON; a number too large for a double, which only the standard library reads, becomes infinite."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
