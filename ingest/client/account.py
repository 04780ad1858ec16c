"""The ShipStation account to read from, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Account:
    """Where ShipStation is, who we are there, and the limits we keep.

    Attributes:
        base_url: The API's address without a trailing slash.
        key: API key, sent as the user of HTTP Basic; never printed.
        secret: API secret, sent as the password; never printed.
        requests_per_minute: Our own ceiling; ShipStation documents 40 a minute for each key.
        connect_seconds: How long to wait for a connection.
        read_seconds: How long to wait for the next bytes of an answer.
        answer_seconds: How long a whole answer may take to arrive.
        retry_seconds: Time budget for retrying one request, waits for the rate limit not counted.
        page_size: Rows asked for at once; ShipStation gives at most 500.
        overlap: How far before the watermark each cycle starts again, for rows that became visible late.
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
