"""Running the steps of a close: each is done once, its result is kept, and its progress is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from dbos import DBOS

from workflows.cycle import worker_context

T = TypeVar("T")


class StepRunner:
    """Runs the steps of the current job.

    For a step that an earlier attempt has finished, its result is returned. Every other one runs as a step of the
    durable workflow: a killed step runs again, a finished one never.
    """

    def __init__(self, steps: Sequence[str], taken: Mapping[str, Any]) -> None:
        self._run_id = str(DBOS.workflow_id)
        self._steps = steps
        self._taken = taken
        self._finished: list[str] = []

    def run(self, name: str, function: Callable[..., T], *arguments: Any) -> T:
        """Run a step, unless it is finished, and return its result.

        Args:
            name: Its name, one of the runner's.
            function: Called with the arguments and, last, a callback for progress within the step.
            arguments: The function's arguments.
        """
        if name in self._taken:
            result: T = self._taken[name]
        else:
            self._report(name)
            result = DBOS.run_step({"name": name}, self._call, name, function, *arguments)
        self._finished.append(name)
        return result

    def _call(self, name: str, function: Callable[..., T], *arguments: Any) -> T:
        with worker_context.working(name):
            return function(*arguments, worker_context.reporter(lambda *within: self._report(name, within)))

    def _report(self, name: str, within: tuple[str, int, int] | None = None) -> None:
        worker_context.current().jobs.report(
            self._run_id, name, len(self._finished), len(self._steps), finished=self._finished, within=within
        )
