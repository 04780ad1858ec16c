"""Tests that share what is costly: loads and builds take seconds, what a test looks at afterwards takes none.

A test is a generator. It changes rows of its own, yields for a cycle, and asserts about its own rows:

    @side_by_side
    def test_a_claim(ledger: Ledger) -> Steps:
        load(ledger, ...)
        yield
        assert ledger.rows(...) == ...

All selected tests of a file go on together, and each fails for itself. Parameters of pytest are keyword-only. The
fixture `outcomes` of the folder's conftest.py calls `run_side_by_side`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from inspect import Parameter, Signature, signature
from typing import Any

import pytest

# What each test failed with, or None, by its id.
Outcomes = dict[str, BaseException | None]
Steps = Generator[Any, Any, None]
# Gets all that the tests have yielded, runs a cycle for one of these, and gives that one and what its tests get.
Cycle = Callable[[set[Any]], tuple[Any, Any]]


def side_by_side(steps: Callable[..., Steps]) -> Callable[..., None]:
    """Make a test of a generator."""

    def test(outcomes: Outcomes, request: pytest.FixtureRequest, **_parameters: Any) -> None:
        problem = outcomes[request.node.nodeid]
        if problem is not None:
            raise problem

    needed = [one for one in signature(test).parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    own = [one for one in signature(steps).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    test.__name__, test.__doc__ = steps.__name__, steps.__doc__
    test.__signature__, test.steps = Signature([*needed, *own]), steps  # type: ignore[attr-defined]
    return test


def run_side_by_side(
    request: pytest.FixtureRequest,
    shared: tuple[Any, ...],
    cycle: Cycle,
    meanwhile: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Outcomes:
    """Run the selected tests of a file.

    Args:
        request: That of the fixture `outcomes`.
        shared: The positional arguments of each test.
        cycle: Runs one.
        meanwhile: Makes what is open while the tests look, and closed during a cycle.

    Returns:
        What each failed with.
    """
    outcomes: Outcomes = {}
    waiting: dict[str, tuple[Steps, Any]] = {}

    def go_on(name: str, steps: Steps, answer: Any) -> None:
        outcomes[name] = None
        try:
            waiting[name] = (steps, steps.send(answer))
        except StopIteration:
            pass
        except (Exception, pytest.fail.Exception) as problem:
            outcomes[name] = problem

    with meanwhile():
        for name, steps in _selected(request, shared).items():
            go_on(name, steps, None)
    while waiting:
        reached, answer = cycle({wanted for _, wanted in waiting.values()})
        with meanwhile():
            for name in [name for name, (_, wanted) in waiting.items() if wanted == reached]:
                go_on(name, waiting.pop(name)[0], answer)
    return outcomes


def _selected(request: pytest.FixtureRequest, shared: tuple[Any, ...]) -> dict[str, Steps]:
    """The generators of the file's tests that this run has, by the test's id."""
    tests = [
        one
        for one in request.session.items
        if one.path == request.path and isinstance(one, pytest.Function) and hasattr(one.function, "steps")
    ]
    return {
        one.nodeid: one.function.steps(*shared, **(one.callspec.params if hasattr(one, "callspec") else {}))
        for one in tests
    }
