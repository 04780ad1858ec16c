"""What the page can do beside showing. Each act asks anew who does it and whether they may, and records it."""

from __future__ import annotations

from typing import Any

from streamlit_app.identity import present_person
from workflows.access import Person
from workflows.errors import NotAllowed
from workflows.jobs import job_client
from workflows.settings import Settings


def permit(settings: Settings, act: str) -> Person:
    """Who does an act, once it is clear that they may.

    Args:
        settings: The configuration.
        act: A kind of job or of entry, `switch`, `acknowledge`; see `access`.

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
    """
    person = permit(settings, kind)
    with job_client(settings) as jobs:
        return jobs.enqueue(kind, person.name, **arguments)
