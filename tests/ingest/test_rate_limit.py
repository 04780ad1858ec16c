from __future__ import annotations

from ingest.rate_limit import RateLimiter


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
