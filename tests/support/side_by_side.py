"""Stories about orders of their own that share their cycles: a cycle costs more than what each looks at.

A story is a generator. It changes what is read, yields for one cycle (which gives it the load's report), looks at
what became of its orders, and goes on. No order is in two stories.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from inspect import Signature, signature
from pathlib import Path
from typing import Any

import duckdb
import pytest

Endings = dict[str, BaseException | None]
Story = Generator[None, Any, None]


def side_by_side(story: Callable[..., Story]) -> Callable[..., None]:
    """Make a story a test, which fails if the story did: of what all of its file share, then of parameters."""

    def test(endings: Endings, request: pytest.FixtureRequest, **_parameters: Any) -> None:
        problem = endings[request.node.nodeid]
        if problem is not None:
            raise problem

    needed = [parameter for parameter in signature(test).parameters.values() if parameter.name[0] != "_"]
    own = list(signature(story).parameters.values())[2:]
    test.__name__, test.__doc__ = story.__name__, story.__doc__
    test.__signature__, test.story = Signature([*needed, *own]), story  # type: ignore[attr-defined]
    return test


def tell(
    request: pytest.FixtureRequest, shared: tuple[Any, Any], database: Path, cycle: Callable[[], Any]
) -> Endings:
    """Tell the stories of a file.

    Args:
        request: The fixture's that is asked for how they ended.
        shared: The first two arguments of each story.
        database: The file that the cycles load into.
        cycle: Runs one, and gives its report.

    Returns:
        What each failed with, or None, by the test's id.
    """
    running: dict[str, Story] = {}
    for one in request.session.items:
        if one.path == request.path and isinstance(one, pytest.Function) and hasattr(one.function, "story"):
            parameters = one.callspec.params if hasattr(one, "callspec") else {}
            running[one.nodeid] = one.function.story(*shared, **parameters)
    endings: Endings = {}
    report: Any = None
    while running:
        # While one connection is open, all others cost nothing.
        with duckdb.connect(str(database)):
            for name, story in list(running.items()):
                try:
                    story.send(report)
                    continue
                except StopIteration:
                    endings[name] = None
                except (Exception, pytest.fail.Exception) as problem:
                    endings[name] = problem
                del running[name]
        if running:
            report = cycle()
    return endings
