"""Tests that share builds: a build takes a second of processor time, so the tests of a file run beside each other.

A test is a generator. It changes rows of its own, yields for a build, and asserts about its own rows:

    @side_by_side
    def test_a_claim(ledger: Ledger) -> Steps:
        load(ledger, ...)
        yield
        assert ledger.rows(...) == ...

Each test fails for itself. A module says in its fixture `shared` on which ledger they run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from datetime import datetime

import pytest
import raw_tables
from ledger_under_test import Ledger

# `yield` waits for the next build, `yield INSTANT` for one of that instant, once no test waits for an earlier one.
# The answer is the names of the nodes that were built.
Steps = Generator[datetime | None, set[str], None]
Test = Callable[[Ledger], Steps]

_GENERATORS: dict[object, Test] = {}


def side_by_side(steps: Test) -> Callable[[dict[str, BaseException]], None]:
    """Make a test of a generator."""

    def test(failed: dict[str, BaseException]) -> None:
        if steps.__name__ in failed:
            raise failed[steps.__name__]

    test.__name__ = steps.__name__
    _GENERATORS[test] = steps
    return test


def run_selected(request: pytest.FixtureRequest, ledger: Ledger) -> dict[str, BaseException]:
    """Run the module's tests that were selected, and give what each failed with, by name."""
    items = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    return _run(ledger, [_GENERATORS[item.function] for item in items if item.function in _GENERATORS])


def _run(ledger: Ledger, tests: Iterable[Test]) -> dict[str, BaseException]:
    failed: dict[str, BaseException] = {}
    waiting: dict[str, tuple[Steps, datetime | None]] = {}

    def go_on(name: str, steps: Steps, built: set[str] | None) -> None:
        try:
            waiting[name] = (steps, steps.send(built))  # type: ignore[arg-type]
        except StopIteration:
            pass
        except (Exception, pytest.fail.Exception) as problem:
            failed[name] = problem

    for test in tests:
        go_on(test.__name__, test(ledger), None)
    while waiting:
        instants = {instant for _, instant in waiting.values()}
        instant = None if None in instants else min(instants)  # type: ignore[type-var]
        if instant is not None:
            with ledger.connect() as connection:
                raw_tables.set_context(connection, instant)
        built = ledger.build()
        for name in [name for name, (_, wanted) in waiting.items() if wanted == instant]:
            steps, _ = waiting.pop(name)
            go_on(name, steps, built)
    return failed
