"""Reading the shop's XML as a stream of orders, with limits on every size.

The file is not trusted: declarations of document types and entities are refused, because they can expand a few
bytes to gigabytes or read other files, and so are files larger than any export. Each order is yielded when it
ends, so memory does not depend on the size of the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import FileRefused, FileUnfinished
from ingest.sources.xcart.file_pieces import Cutter
from ingest.sources.xcart.order_element import ShopOrder, read_order

# 100,000 orders are about 120 MB.
MOST_BYTES = 512 * 1024 * 1024
_BLOCK = 1 << 16


def hash_file(path: Path) -> str:
    """Return a hash of the file's content.

    Raises:
        FileRefused: It is not a file, cannot be read, or is larger than any export of orders.
    """
    digest = hashlib.blake2b(digest_size=16)
    for block in _blocks(path):
        digest.update(block)
    return digest.hexdigest()


def read_orders(path: Path, expected_hash: str) -> Iterator[ShopOrder]:
    """Yield the orders of a file; one that cannot be parsed has a `problem` and does not affect the others.

    The yielded orders are valid only when the iterator ends without an error.

    Args:
        path: The file.
        expected_hash: The result of `hash_file`: the content must not have changed since.

    Raises:
        FileUnfinished: The file ends too early, or changed while it was read: it may be half written.
        FileRefused: It is an attack, or not an order export.
    """
    digest = hashlib.blake2b(digest_size=16)
    cutter = Cutter(_hashed(_blocks(path), digest), path.name)
    for position, piece in enumerate(cutter.pieces(), 1):
        yield read_order(piece, position, cutter.encoding)
    if digest.hexdigest() != expected_hash:
        raise FileUnfinished(
            f"{path.name} changed while it was read. Nothing was loaded; the next run reads it again."
        )


def _hashed(blocks: Iterator[bytes], digest: hashlib.blake2b) -> Iterator[bytes]:
    for block in blocks:
        digest.update(block)
        yield block


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        if not path.is_file():
            raise FileRefused(f"{path} is not a file. Give the shop's XML file, or the folder it is in.")
        left = MOST_BYTES
        with path.open("rb") as file:
            # A file may grow while it is read.
            while block := file.read(_BLOCK):
                left -= len(block)
                if left < 0 or path.stat().st_size > MOST_BYTES:
                    raise FileRefused(
                        f"{path.name} is larger than {MOST_BYTES // 1024**2} MB, so it is not an order export. "
                        "Nothing was loaded."
                    )
                yield block
    except OSError as problem:
        raise FileRefused(f"{path} cannot be read ({problem.strerror}). Give this user the right to.") from problem
