"""A session in which a redirect is an answer like others."""

from __future__ import annotations

import requests


class DirectSession(requests.Session):
    """Follows no redirect.

    With `allow_redirects=False` alone, requests still reads the whole body of a redirect, however long it is, and
    fails when it cannot read its address.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no address to go on to."""
        del resp
