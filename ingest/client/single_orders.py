"""One order, fetched by its id."""

from __future__ import annotations

from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.payload import Payload, read_row
from ingest.errors import UnexpectedAnswer


def fetch_order(client: Client, order_id: int, *, attempts: int = MOST_ATTEMPTS) -> Payload:
    """An order as ShipStation gives it now.

    Args:
        client: Where to read.
        order_id: ShipStation's id.
        attempts: How often to try at most.

    Raises:
        NotFound: ShipStation does not know it.
        UnexpectedAnswer: What came is not this order: nothing can be said about it.
        IngestError: Whatever else `Client.get` raises.
    """
    path = f"/orders/{order_id}"
    payload: Payload | None = client.get(path, attempts=attempts, decode=read_row)
    if payload is None or payload.get("orderId") != order_id:
        raise UnexpectedAnswer(f"ShipStation's answer to {path} is not that order.")
    return payload
