"""What the page can do beside showing. Each act checks again who does it and whether they may, and records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import present_person
from streamlit_app.data.run_list import forget_runs, has_store
from workflows.page_api import (
    NO_SERVER,
    AlreadyRunning,
    CloseKind,
    ConfigurationError,
    JobClient,
    NotAllowed,
    Person,
    Settings,
    ShipledgerError,
    job_client,
    ready_to_close,
    requeue_mail,
    retry_job,
)

NO_WORKER = "No worker has ever run here, so nothing can be done yet. Start one: `orchestrate.py serve`."
_REFUSAL = "refusal of "


def permit(settings: Settings, act: str) -> Person:
    """Who does an act, once it is clear that they may.

    Args:
        settings: The configuration.
        act: A kind of job or of entry, `switch`, `acknowledge`, `mail`; see `roles`.

    Raises:
        NotAllowed: Nobody is logged in, or the role does not reach.
    """
    person = present_person(settings)
    if person is None:
        raise NotAllowed("You are not logged in any more. Log in again, then repeat it.")
    person.require(act)
    return person


def start(settings: Settings, kind: str, **arguments: Any) -> str:
    """Enqueue a job. Returns its run id.

    Raises:
        NotAllowed: The role does not reach.
        AlreadyRunning: One of this kind is queued or running.
        ShipledgerError: No worker has ever run here, so there is no queue.
    """
    person = permit(settings, kind)
    with _jobs(settings) as jobs:
        return jobs.enqueue(kind, person.name, **arguments)


def start_close(settings: Settings, kind: CloseKind, day: date, *, force: bool) -> str:
    """Enqueue a close, unless it is refused. Returns its run id.

    Args:
        settings: The configuration.
        kind: eod, eow or eom.
        day: A day of the period that the button named.
        force: Run all steps again as a new version.

    Raises:
        NotAllowed: The role does not reach.
        CloseRefused: The period cannot be closed now.
        AlreadyRunning: One of this kind is queued or running.
        ShipledgerError: No worker has ever run here, so there is no queue.
    """
    permit(settings, kind)
    period = ready_to_close(settings, kind, day, force=force)
    return start(settings, kind, date=period.first.isoformat(), force=force, incomplete=False)


def cancel(settings: Settings, kind: str, run_id: str) -> None:
    """Cancel a queued or running job; who may start its kind may cancel it.

    Raises:
        NotAllowed: The role does not reach.
        UsageError: It has ended already.
    """
    with _jobs(settings) as jobs:
        job = jobs.job(run_id)
        permit(settings, job.kind if job else kind)
        jobs.cancel(run_id)


def retry(settings: Settings, kind: str, run_id: str) -> None:
    """Put a failed or cancelled job into the queue again.

    Raises:
        NotAllowed: The role does not reach.
        CloseRefused: It is a close that cannot be done now.
        UsageError: It has not failed.
        AlreadyRunning: Another one of its kind is queued or running.
    """
    with _jobs(settings) as jobs:
        job = jobs.job(run_id)
        person = permit(settings, job.kind if job else kind)
        retry_job(settings, jobs, run_id, person.name)


def retry_mail(settings: Settings, key: str) -> None:
    """Have a mail sent again to those who may lack it, by the worker and at once.

    Raises:
        NotAllowed: The role does not reach.
        ConfigurationError: No mail server is configured.
        UsageError: All have it, or mail is being sent at this moment.
        ShipledgerError: No worker has ever run here, so nobody would send it.
    """
    person = permit(settings, "mail")
    if settings.mail is None:
        raise ConfigurationError(NO_SERVER)
    with _jobs(settings) as jobs:
        requeue_mail(settings, key, actor=person.name, waits=False)
        # The watch sends what waits: the one that is queued or running, or else the next.
        with suppress(AlreadyRunning):
            jobs.enqueue("watch", person.name)


def attempt(place: str, act: Callable[..., object], *arguments: Any, **options: Any) -> None:
    """Do an act; when it refuses, keep its sentence for the next drawing of a place. For buttons.

    Args:
        place: Where `refusal` will be asked.
        act: One of this module's, or whatever raises a `ShipledgerError` when it refuses.
        arguments: The act's.
        options: The act's.
    """
    st.session_state.pop(_REFUSAL + place, None)
    try:
        act(*arguments, **options)
    except ShipledgerError as problem:
        st.session_state[_REFUSAL + place] = str(problem)
    forget_runs()


def refusal(place: str) -> str | None:
    """Why the last act of a place was refused, None when it was not."""
    found: str | None = st.session_state.get(_REFUSAL + place)
    return found


@contextmanager
def _jobs(settings: Settings) -> Iterator[JobClient]:
    if not has_store(settings):
        raise ShipledgerError(NO_WORKER)
    with job_client(settings) as jobs:
        if not jobs.is_ready():
            raise ShipledgerError(NO_WORKER)
        yield jobs
