"""The errors of this package."""

from __future__ import annotations


class IngestError(Exception):
    """Base class; the message is a sentence for the user."""


class CredentialsRejected(IngestError):
    """ShipStation answered 401 or 403: the key or secret is wrong. A retry does not help."""


class ApiUnreachable(IngestError):
    """ShipStation was unreachable, or kept failing, in all attempts. Try again later."""


class ServerKeepsFailing(ApiUnreachable):
    """Each answer of ShipStation was an error or no JSON: it may be down, or one row makes the page fail."""


class UnreadableAnswer(ServerKeepsFailing):
    """The answer is complete, but cannot be parsed because of one of its rows.

    Attributes:
        body: The last answer.
    """

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


class RateLimited(ApiUnreachable):
    """ShipStation answered 429 at the last attempt."""


class OutcomeUnknown(ApiUnreachable):
    """A request was sent and got no usable answer: it may have been carried out, or not."""


class ApiRefused(IngestError):
    """ShipStation refused a request (a 4xx other than 401, 403, 404 and 429)."""


class NotFound(IngestError):
    """ShipStation does not know what was requested (404)."""


class UnexpectedAnswer(IngestError):
    """ShipStation's answer does not have the documented form."""


class WarehouseUnusable(IngestError):
    """The warehouse file cannot be opened or is not a Shipledger warehouse."""


class OperationsLost(IngestError):
    """The operations database lacks rows that the warehouse has loaded from it."""


class FileRefused(IngestError):
    """A file is not what it should be, or harmful. Reading it again does not help."""


class BillUnknown(FileRefused):
    """A file is of no known format of a carrier's bill."""


class FileUnfinished(IngestError):
    """A file is incomplete: it may still be being written. Reading it again later may help."""


class FormerSystemOutOfReach(IngestError):
    """The former system's database does not answer."""


class NoSuchSource(IngestError):
    """The given source is neither a file nor the address of a database."""
