"""The ShipStation account, and the limits of a client."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Account:
    """The API's address, the credentials, and the limits of a client.

    Attributes:
        base_url: The API's address without a trailing slash.
        key: API key, sent as the user of HTTP Basic; never printed.
        secret: API secret, sent as the password; never printed.
        requests_per_minute: Our own ceiling; ShipStation documents 40 a minute for each key.
        connect_seconds: Time-out of a connection.
        read_seconds: Time-out of the next bytes of an answer.
        answer_seconds: Time-out of a whole answer.
        retry_seconds: Time budget for the attempts at one request, without waits for the rate limit.
        page_size: Rows of one request; ShipStation returns at most 500.
        overlap: How far before the watermark each cycle starts, for rows that become visible late.
    """

    base_url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    requests_per_minute: int = 40
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    answer_seconds: float = 120.0
    retry_seconds: float = 60.0
    page_size: int = 500
    overlap: timedelta = timedelta(minutes=15)
