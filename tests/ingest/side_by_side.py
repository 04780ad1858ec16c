"""Stories about orders of their own, told in the same cycles: a cycle costs more than each of them looks at.

A story is a generator. It changes ShipStation, yields for one cycle (which gives it the load's report), looks at
what became of its orders, and goes on. No order is in two stories.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from inspect import Signature, signature
from typing import Any

import duckdb
import pytest

from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load_report import LoadReport
from sandbox import Sandbox

Story = Generator[None, LoadReport, None]
Endings = dict[str, BaseException | None]
_SHARED = ("box", "warehouse")


def side_by_side(story: Callable[..., Story]) -> Callable[..., None]:
    """Make a story of (box, warehouse) and of parameters a test, which fails if the story did."""

    def test(endings: Endings, request: pytest.FixtureRequest, **_parameters: Any) -> None:
        problem = endings[request.node.nodeid]
        if problem is not None:
            raise problem

    own = [parameter for name, parameter in signature(story).parameters.items() if name not in _SHARED]
    needed = [parameter for parameter in signature(test).parameters.values() if parameter.name[0] != "_"]
    test.__name__, test.__doc__ = story.__name__, story.__doc__
    test.__signature__, test.story = Signature([*needed, *own]), story  # type: ignore[attr-defined]
    return test


def tell(
    tests: Iterable[pytest.Function], box: Sandbox, warehouse: Warehouse, cycle: Callable[[], LoadReport]
) -> Endings:
    """Tell the stories of these tests in the same cycles; gives by the test's id what each failed with, if so."""
    told: dict[str, Story] = {}
    for one in tests:
        parameters = one.callspec.params if hasattr(one, "callspec") else {}
        told[one.nodeid] = one.function.story(box, warehouse, **parameters)
    endings: Endings = {}
    report: Any = None
    while told:
        # While one connection is open, all others cost nothing.
        with duckdb.connect(str(warehouse.path)):
            for name, story in list(told.items()):
                try:
                    story.send(report)
                    continue
                except StopIteration:
                    endings[name] = None
                except (Exception, pytest.fail.Exception) as problem:
                    endings[name] = problem
                del told[name]
        if told:
            box.requests.reset()
            report = cycle()
    return endings
