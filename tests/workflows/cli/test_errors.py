"""Every error has the exit code of the contract, and comes out of the workflow store as it went in."""

from __future__ import annotations

import pickle

import pytest

from ingest import errors as of_ingest
from workflows import errors
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.errors import (
    AlreadyRunning,
    BuildFailed,
    Cancelled,
    ConfigurationError,
    CutoverRefused,
    EntryRefused,
    HomeUnusable,
    MigrationRefused,
    NotAllowed,
    OutOfReach,
    PublicationRefused,
    ShipledgerError,
    UsageError,
)

CODES = {
    ShipledgerError: 1,
    BuildFailed: 1,
    MigrationRefused: 1,
    PublicationRefused: 1,
    CutoverRefused: 1,
    Cancelled: 1,
    NotAllowed: 1,
    UsageError: 2,
    EntryRefused: 2,
    OutOfReach: 75,
    AlreadyRunning: 75,
    ConfigurationError: 78,
    HomeUnusable: 78,
}


def test_every_error_has_its_exit_code() -> None:
    known = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ShipledgerError)}
    assert {one: one.exit_code for one in known & CODES.keys()} == CODES
    assert {one.exit_code for one in known} == {1, 2, 75, 78}


@pytest.mark.parametrize(
    "error",
    [
        UsageError("wrong"),
        EntryRefused("wrong", "quantity"),
        AlreadyRunning("busy", "run-1"),
        AlreadyRunning("busy"),
        BuildFailed("red", ["model a", "test b"]),
        BuildFailed("red"),
        CutoverRefused("no", {"hours_held": 3.0}),
        PublicationRefused("less", {"orders": 3}),
    ],
)
def test_an_error_that_was_stored_says_all_that_it_said(error: ShipledgerError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), error.args[0], vars(error))
    assert str(again) == str(error)


@pytest.mark.parametrize(
    ("raised", "shown"),
    [
        (of_ingest.CredentialsRejected, ConfigurationError),
        (of_ingest.ApiUnreachable, OutOfReach),
        (of_ingest.ServerKeepsFailing, OutOfReach),
        (of_ingest.RateLimited, OutOfReach),
        (of_ingest.FormerSystemOutOfReach, OutOfReach),
        (of_ingest.NoSuchSource, UsageError),
        (of_ingest.UnexpectedAnswer, ShipledgerError),
        (of_ingest.FileRefused, ShipledgerError),
    ],
)
def test_an_error_of_ingest_keeps_its_sentence_and_has_the_exit_code_of_what_to_do(
    raised: type[of_ingest.IngestError], shown: type[ShipledgerError]
) -> None:
    with pytest.raises(shown, match="what happened") as caught, ingest_errors_for_the_user():
        raise raised("what happened")
    assert type(caught.value) is shown


@pytest.mark.parametrize(
    ("raised", "advice"),
    [
        (of_ingest.ApiRefused, "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API."),
        (of_ingest.UnexpectedAnswer, "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API, and try again."),
        (
            of_ingest.OperationsLost,
            "Stop the worker, keep a copy of the file, and put the right one back, or `restore` the newest "
            "backup; then repeat what was entered since.",
        ),
    ],
)
def test_an_error_of_ingest_says_what_to_do_in_the_order_in_which_it_is_done(
    raised: type[of_ingest.IngestError], advice: str
) -> None:
    with pytest.raises(ShipledgerError) as caught, ingest_errors_for_the_user():
        raise raised("It happened.")
    assert str(caught.value) == f"It happened. {advice}"
