from __future__ import annotations

import pytest

from ingest.client.rate_limit import RateLimiter


class Watch:
    """A clock that only moves when someone sleeps on it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def limiter(watch: Watch, per_minute: int = 40) -> RateLimiter:
    return RateLimiter(per_minute, clock=watch.clock, sleep=watch.sleep)


def test_forty_requests_go_at_once_and_the_next_waits_for_the_minute_to_pass() -> None:
    watch = Watch()
    limit = limiter(watch)
    for _ in range(40):
        limit.wait()
    assert watch.slept == []
    limit.wait()
    assert sum(watch.slept) == 60.0


def test_no_request_goes_when_the_server_said_that_none_remains_before_a_429_comes() -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.wait()
    limit.heed({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "17"})
    limit.wait()
    assert 17.0 <= sum(watch.slept) <= 18.0


def test_after_a_429_nothing_goes_before_the_reset() -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.heed({"X-Rate-Limit-Reset": "23"}, refused=True)
    limit.wait()
    assert sum(watch.slept) >= 23.0


def test_a_429_without_a_readable_reset_waits_a_whole_window() -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.heed({"X-Rate-Limit-Reset": "soon"}, refused=True)
    limit.wait()
    assert sum(watch.slept) >= 60.0


def test_remaining_requests_are_used_without_waiting() -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.heed({"X-Rate-Limit-Remaining": "1", "X-Rate-Limit-Reset": "50"})
    limit.wait()
    assert watch.slept == []


def test_no_minute_ever_holds_more_than_forty_requests() -> None:
    watch = Watch()
    limit = limiter(watch)
    sent = []
    for number in range(130):
        watch.now += (number % 7) * 0.3
        limit.wait()
        sent.append(watch.now)
    assert all(later - earlier >= 60.0 for earlier, later in zip(sent, sent[40:], strict=False))
    assert sent[129] - sent[0] < 240.0


@pytest.mark.parametrize(
    ("remaining", "reset", "waits"),
    [
        ("0", "0", 1.0),
        ("0", "-5", 1.0),
        ("-1", "10", 11.0),
        ("0", "86400", 121.0),
        ("0", None, 0.0),
        ("no", "9", 0.0),
    ],
)
def test_what_the_server_says_is_believed_within_reason(remaining: str, reset: str | None, waits: float) -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.heed({"X-Rate-Limit-Remaining": remaining} | ({"X-Rate-Limit-Reset": reset} if reset else {}))
    limit.wait()
    assert sum(watch.slept) == waits


def test_a_later_answer_does_not_shorten_the_wait_that_an_earlier_one_asked_for() -> None:
    watch = Watch()
    limit = limiter(watch)
    limit.heed({"X-Rate-Limit-Reset": "30"}, refused=True)
    limit.heed({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "5"})
    limit.heed({"X-Rate-Limit-Remaining": "12", "X-Rate-Limit-Reset": "5"})
    limit.wait()
    assert sum(watch.slept) == 31.0


def test_a_limit_below_one_request_a_minute_still_lets_one_go() -> None:
    watch = Watch()
    limit = limiter(watch, per_minute=0)
    limit.wait()
    limit.wait()
    assert watch.slept == [60.0]
