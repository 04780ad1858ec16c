"""The page's actions: start, cancel and retry jobs, and send mail again. Each checks the person's role first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.data.run_list import clear_run_cache
from workflows.page_api import (
    NO_SERVER,
    SET_A_SERVER,
    AlreadyRunning,
    CloseKind,
    ConfigurationError,
    JobClient,
    NotAllowed,
    Person,
    Settings,
    ShipledgerError,
    has_store,
    job_client,
    on_page,
    ready_to_close,
    requeue_mail,
    retry_job,
)

NO_WORKER = "No worker has run here yet, so nothing can be started: ask an admin to start one."
_REFUSAL = "refusal of "


def authorize(settings: Settings, action: str) -> Person:
    """Return the current person, if their role allows an action.

    Args:
        settings: The configuration.
        action: A kind of job or entry, or `switch`, `acknowledge`, `mail`; see `workflows.config.roles`.

    Raises:
        NotAllowed: Nobody is logged in, or the role does not allow it.
    """
    person = current_person(settings)
    if person is None:
        raise NotAllowed("You are logged out. Log in again, then repeat it.")
    person.require(action)
    return person


def start(settings: Settings, kind: str, **arguments: Any) -> str:
    """Enqueue a job and return its run id.

    Raises:
        NotAllowed: The role does not allow it.
        AlreadyRunning: One of this kind is queued or running.
        ShipledgerError: No worker has run in this home yet, so there is no queue.
    """
    person = authorize(settings, kind)
    with _jobs(settings) as jobs:
        return jobs.enqueue(kind, person.name, **arguments)


def start_close(settings: Settings, kind: CloseKind, day: date, *, force: bool) -> str:
    """Enqueue a close and return its run id.

    Args:
        settings: The configuration.
        kind: eod, eow or eom.
        day: A day of the period.
        force: Close a closed period again, as a new version.

    Raises:
        NotAllowed: The role does not allow it.
        CloseRefused: The period cannot be closed now.
        AlreadyRunning: One of this kind is queued or running.
        ShipledgerError: No worker has run in this home yet, so there is no queue.
    """
    authorize(settings, kind)
    period = ready_to_close(settings, kind, day, force=force)
    return start(settings, kind, date=period.first.isoformat(), force=force, incomplete=False)


def cancel(settings: Settings, kind: str, run_id: str) -> None:
    """Cancel a queued or running job. The role that may start its kind may cancel it.

    Raises:
        NotAllowed: The role does not allow it.
        UsageError: The job has ended.
    """
    with _jobs(settings) as jobs:
        job = jobs.job(run_id)
        authorize(settings, job.kind if job else kind)
        jobs.cancel(run_id)


def retry(settings: Settings, kind: str, run_id: str) -> None:
    """Enqueue a failed or cancelled job again.

    Raises:
        NotAllowed: The role does not allow it.
        CloseRefused: The period cannot be closed now.
        UsageError: The job has not failed.
        AlreadyRunning: Another job of its kind is queued or running.
    """
    with _jobs(settings) as jobs:
        job = jobs.job(run_id)
        person = authorize(settings, job.kind if job else kind)
        retry_job(settings, jobs, run_id, person.name)


def retry_mail(settings: Settings, key: str) -> None:
    """Send a mail again to the recipients who may not have it. The worker does so at once.

    Raises:
        NotAllowed: The role does not allow it.
        ConfigurationError: No mail server is configured.
        UsageError: Everyone has it, or mail is being sent right now.
        ShipledgerError: No worker has run in this home yet, so nothing would send it.
    """
    person = authorize(settings, "mail")
    if not settings.recipients:
        raise ConfigurationError(NO_SERVER, advice=SET_A_SERVER)
    with _jobs(settings) as jobs:
        requeue_mail(settings, key, actor=person.name, waits=False)
        # The job `watch` sends queued mail. If one is queued or running, it will do.
        with suppress(AlreadyRunning):
            jobs.enqueue("watch", person.name)


def attempt(place: str, action: Callable[..., object], *arguments: Any, **options: Any) -> None:
    """Run an action when a button is pressed, and keep its error message for `refusal`.

    Args:
        place: The key of the message.
        action: Raises a `ShipledgerError` when it is refused.
        arguments: Passed to the action.
        options: Passed to the action.
    """
    st.session_state.pop(_REFUSAL + place, None)
    try:
        action(*arguments, **options)
    except ShipledgerError as problem:
        st.session_state[_REFUSAL + place] = on_page(problem)
    clear_run_cache()


def refusal(settings: Settings, place: str) -> str | None:
    """Return why the last action of a place was refused, None when it was not."""
    found: str | None = st.session_state.get(_REFUSAL + place)
    return None if found is None else settings.dates.in_sentence(found)


@contextmanager
def _jobs(settings: Settings) -> Iterator[JobClient]:
    if not has_store(settings):
        raise ShipledgerError(NO_WORKER)
    with job_client(settings) as jobs:
        if not jobs.is_ready():
            raise ShipledgerError(NO_WORKER)
        yield jobs
