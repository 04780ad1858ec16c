"""The sandbox's settings; the command line has an option of the same name for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bounds = Literal["inclusive", "exclusive"]
Compare = Literal["wall_times", "instants"]


@dataclass(frozen=True)
class SandboxSettings:
    """Behaviour that ShipStation's documentation leaves open, and simulated difficulties.

    Attributes:
        key: HTTP Basic user.
        secret: HTTP Basic password.
        rate_limit: Requests a minute for each key.
        pages_zero: Print `pages: 0` in every envelope, as documented samples do.
        bounds: Whether a date filter's start and end include the second they name.
        compare: Whether date filters and sorting go by stored Pacific wall times or by instants.
        visibility_delay_seconds: How late a changed row shows in lists (GET by id shows it at once).
        clock_skew_seconds: How far the sandbox's clock is ahead of the machine's; negative is behind.
        latency_ms: Time added to every answer, in milliseconds.
        trade_every_seconds: Interval of the trading that goes on while the sandbox runs; 0 turns it off.
    """

    key: str = "sandbox"
    secret: str = "sandbox"
    rate_limit: int = 40
    pages_zero: bool = False
    bounds: Bounds = "inclusive"
    compare: Compare = "wall_times"
    visibility_delay_seconds: float = 0.0
    clock_skew_seconds: float = 0.0
    latency_ms: int = 0
    trade_every_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse values the sandbox cannot work with."""
        if self.rate_limit < 1:
            raise ValueError("rate_limit must be at least 1 request a minute.")
        if min(self.visibility_delay_seconds, self.latency_ms, self.trade_every_seconds) < 0:
            raise ValueError("Delays, latency and the trading interval must not be negative.")
        if self.bounds not in ("inclusive", "exclusive"):
            raise ValueError("bounds must be 'inclusive' or 'exclusive'.")
        if self.compare not in ("wall_times", "instants"):
            raise ValueError("compare must be 'wall_times' or 'instants'.")
