"""What can go wrong while talking to ShipStation, named after what it means for the user."""

from __future__ import annotations


class IngestError(Exception):
    """Base of all errors of this package. The message is a sentence for the user."""


class CredentialsRejected(IngestError):
    """ShipStation answered 401 or 403: the key or secret is wrong. Trying again is of no use."""


class ApiUnreachable(IngestError):
    """ShipStation stayed out of reach, or kept failing, through all retries. Try again later."""


class ServerKeepsFailing(ApiUnreachable):
    """ShipStation answers, but with nothing of use each time: it may be down, or one row spoils the page."""


class UnreadableAnswer(ServerKeepsFailing):
    """ShipStation answers in full, but with a body that cannot be parsed: one row of it is spoilt.

    Attributes:
        body: The last answer.
    """

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


class RateLimited(ApiUnreachable):
    """ShipStation said 429 to a request that was to be given up rather than waited for."""


class OutcomeUnknown(ApiUnreachable):
    """Something was sent and no usable answer came: it may have been carried out, or not."""


class ApiRefused(IngestError):
    """ShipStation refused a request as wrong (a 4xx that is neither 401, 403, 404 nor 429)."""


class NotFound(IngestError):
    """ShipStation has no such thing (404)."""


class UnexpectedAnswer(IngestError):
    """ShipStation answered in a shape that the API's description does not know."""


class WarehouseUnusable(IngestError):
    """The warehouse file cannot be opened or is not a Shipledger warehouse."""


class FileRefused(IngestError):
    """A file is no export of orders, or one made to do harm. Reading it again is of no use."""


class FileUnfinished(IngestError):
    """A file is not complete: it may be half written. Reading it again later may help."""


class FormerSystemOutOfReach(IngestError):
    """The former system's database does not answer."""


class NoSuchSource(IngestError):
    """What was named is neither a file nor an address of a database."""
