"""The criteria of parity and of a cutover: `parity.toml`, read once for each comparison."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflows.errors import ConfigurationError
from workflows.parity.explanations import RULES


@dataclass(frozen=True)
class Criteria:
    """The criteria; `parity.toml` says what each is for.

    Attributes:
        statuses: For each status of the former system those of ShipStation that agree with it, beside its own.
    """

    hours: float
    largest_gap_hours: float
    least_orders: int
    settle_minutes: float
    longest_lag_hours: float
    clock: str
    lost_page_orders: int
    local_statuses: tuple[str, ...]
    not_held_statuses: tuple[str, ...]
    statuses: Mapping[str, tuple[str, ...]]

    @property
    def fingerprint(self) -> str:
        """A hash of the criteria and the rules: it changes with either."""
        text = json.dumps([asdict(self), [asdict(rule) for rule in RULES]], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def settle(self) -> timedelta:
        """Changes so shortly before the comparison may be missing on one side."""
        return timedelta(minutes=self.settle_minutes)

    @property
    def longest_lag(self) -> timedelta:
        """For how long timing may explain a difference."""
        return timedelta(hours=self.longest_lag_hours)


def read_criteria(path: Path) -> Criteria:
    """Read the criteria.

    Raises:
        ConfigurationError: The file is missing, or a value makes no sense; the sentence names it.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        cutover, timing, former = found["cutover"], found["timing"], found["former_system"]
        return Criteria(
            hours=_positive(cutover, "hours"),
            largest_gap_hours=_positive(cutover, "largest_gap_hours"),
            least_orders=int(_positive(cutover, "least_orders")),
            settle_minutes=_positive(timing, "settle_minutes"),
            longest_lag_hours=_positive(timing, "longest_lag_hours"),
            clock=ZoneInfo(former["clock"]).key,
            lost_page_orders=int(_positive(former, "lost_page_orders")),
            local_statuses=_texts(former["local_statuses"]),
            not_held_statuses=_texts(former["not_held_statuses"]),
            statuses={name: _texts(agreeing) for name, agreeing in found.get("statuses", {}).items()},
        )
    except KeyError as problem:
        raise ConfigurationError(f"{path} lacks {problem}. Every criterion has to be there.") from problem
    except (OSError, ValueError, TypeError) as problem:
        raise ConfigurationError(f"The criteria of parity in {path} cannot be used: {problem}.") from problem


def _positive(section: Mapping[str, Any], name: str) -> float:
    value = section[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{name} is {value!r}, and has to be a number above 0")
    return float(value)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{values!r} is not a list of texts")
    return tuple(values)
