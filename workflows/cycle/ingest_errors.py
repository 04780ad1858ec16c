"""The errors of `ingest` as errors of the command line: the same sentence, an exit code, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest import errors
from workflows.errors import Advice, ConfigurationError, OutOfReach, ShipledgerError, UsageError

_CHECK_CREDENTIALS = Advice(
    "Check SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET.", "Ask an admin to check ShipStation's key and secret."
)
_ADVICE: dict[type[errors.IngestError], Advice] = {
    errors.BillUnknown: Advice(
        "Name its columns in a mapping file; `import-carrier-bill FILE --mapping MAPPING --preview` tries it.",
        "Ask an admin to name its columns in a mapping file.",
    ),
    errors.ApiRefused: Advice(
        "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API.", "Ask an admin to check ShipStation's address."
    ),
    errors.UnexpectedAnswer: Advice(
        "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API, and try again.",
        "Ask an admin to check ShipStation's address, and try again.",
    ),
    errors.OperationsLost: Advice(
        "Stop the worker, keep a copy of the file, and put the right one back, or `restore` the newest backup; "
        "then repeat what was entered since.",
        "Ask an admin to stop the worker, keep a copy of the file, and put the right one back, or restore the "
        "newest backup; then repeat what was entered since.",
    ),
}


@contextmanager
def ingest_errors_for_the_user() -> Iterator[None]:
    """Turn ingest's errors into errors of the command line."""
    try:
        yield
    except errors.IngestError as problem:
        raise _for_the_user(problem) from problem


def _for_the_user(problem: errors.IngestError) -> ShipledgerError:
    """Return an error with the same sentence, the contract's exit code, and what to do."""
    if isinstance(problem, errors.CredentialsRejected):
        return ConfigurationError(str(problem), advice=_CHECK_CREDENTIALS)
    if isinstance(problem, errors.ApiUnreachable | errors.FormerSystemOutOfReach):
        return OutOfReach(str(problem))
    if isinstance(problem, errors.NoSuchSource):
        return UsageError(str(problem))
    return ShipledgerError(str(problem), advice=_ADVICE.get(type(problem)))
