"""The course of a close: its steps one after the other, each done once, its result kept and its progress shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from dbos import DBOS

from workflows.cycle import worker_context

T = TypeVar("T")


class Course:
    """Runs the steps of the current job.

    A step that an earlier attempt has finished gives what it gave then. What runs is a step of the durable
    workflow: a killed one is run again, a finished one never.
    """

    def __init__(self, steps: Sequence[str], taken: Mapping[str, Any]) -> None:
        self._run_id = str(DBOS.workflow_id)
        self._steps = steps
        self._taken = taken
        self._finished: list[str] = []

    def step(self, name: str, act: Callable[..., T], *arguments: Any) -> T:
        """Do a step, unless it has been done.

        Args:
            name: Its name, one of the course's.
            act: What it does; called with its arguments and, last, a callback for progress within the step.
            arguments: The act's arguments.
        """
        if name in self._taken:
            result: T = self._taken[name]
        else:
            self._tell(name)
            result = DBOS.run_step({"name": name}, self._do, name, act, *arguments)
        self._finished.append(name)
        return result

    def _do(self, name: str, act: Callable[..., T], *arguments: Any) -> T:
        with worker_context.working(name):
            return act(*arguments, worker_context.reporter(lambda *within: self._tell(name, within)))

    def _tell(self, name: str, within: tuple[str, int, int] | None = None) -> None:
        worker_context.current().jobs.report(
            self._run_id, name, len(self._finished), len(self._steps), finished=self._finished, within=within
        )
