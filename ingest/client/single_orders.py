"""One order, fetched by its id."""

from __future__ import annotations

from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.payload import Payload, read_row
from ingest.errors import UnexpectedAnswer


def fetch_order(client: Client, order_id: int, *, attempts: int = MOST_ATTEMPTS) -> Payload:
    """Return an order as it is in ShipStation now.

    Args:
        client: The API client.
        order_id: ShipStation's id.
        attempts: The most attempts.

    Raises:
        NotFound: ShipStation does not know it.
        UnexpectedAnswer: The answer is not this order, so its state is unknown.
        IngestError: Any other error of `Client.get`.
    """
    path = f"/orders/{order_id}"
    payload: Payload | None = client.get(path, attempts=attempts, decode=read_row)
    if payload is None or payload.get("orderId") != order_id:
        raise UnexpectedAnswer(f"ShipStation's answer to {path} is not that order.")
    return payload
