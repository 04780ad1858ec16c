"""Posting a mail's text to a webhook that takes Slack's form: `{"text": "…"}`, as Mattermost and others do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, InvalidHeader, ProxyError, RequestException, SSLError, Timeout
from urllib3.exceptions import MaxRetryError

from ingest.client.direct_session import DirectSession
from ingest.client.time_limit import TimedAdapter
from workflows.config.formatting import clean
from workflows.mail.outbox import Mail
from workflows.mail.smtp_session import NotSent, Unknown

_SECONDS = 30
_LONGEST_TEXT = 4000
_LONGEST_REASON = 100
# Request Timeout, Too Early, Too Many Requests.
_LATER = (408, 425, 429)
# Its warning of headers that it cannot parse has the address.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


def post(
    url: str, mail: Mail, before_handing_over: Callable[[], None], when_accepted: Callable[[str], None]
) -> None:
    """Post a mail's subject and text; of its attachments, only the names.

    Args:
        url: The webhook's address, which is a secret.
        mail: The mail.
        before_handing_over: Called before the request.
        when_accepted: Called with the answer once the webhook has taken it.

    Raises:
        NotSent: It did not take it.
        Unknown: It did not say.
    """
    before_handing_over()
    adapter = TimedAdapter()
    try:
        with DirectSession() as session, adapter.limited(2 * _SECONDS):
            session.mount(url, adapter)
            # Its text is not read: the status says all, and a server may send without end.
            answer = session.post(url, json={"text": text_of(mail)}, timeout=_SECONDS, stream=True)
    except RequestException as problem:
        # Without the library's message, which has the address.
        if _was_sent(problem):
            raise Unknown("The webhook had the message and did not answer.") from None
        raise NotSent(
            "The webhook cannot be reached. Check its address, its certificate and the network."
        ) from None
    said = f"{answer.status_code} {clean(answer.reason or '')}".strip()[:_LONGEST_REASON]
    if answer.status_code // 100 == 2:
        when_accepted(said)
        return
    is_final = answer.status_code // 100 != 5 and answer.status_code not in _LATER
    raise NotSent(f"The webhook refused the message: {said}.", is_final=is_final)


def text_of(mail: Mail) -> str:
    """Return a mail as a message in Slack's markup: a bold subject, the text, and the names of the attachments."""
    files = [attachment.path.rpartition("/")[2] for attachment in mail.attachments]
    text = "\n".join([f"*{clean(mail.subject)}*", mail.body.strip(), *files])
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    # What the markup reserves: without this, a name could mention everybody or hide a link.
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _was_sent(problem: RequestException) -> bool:
    """Return whether the webhook may have the message, because the error came after the request."""
    if isinstance(problem, ConnectTimeout | SSLError | ProxyError):
        return False
    if isinstance(problem, NoConnection):
        return not (problem.args and isinstance(problem.args[0], MaxRetryError))
    # The headers are those of an answer.
    return isinstance(problem, Timeout | InvalidHeader)
