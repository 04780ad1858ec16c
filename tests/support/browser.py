"""The Chromium of this machine."""

from __future__ import annotations

import shutil

# The first is the lightest: it draws no window.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed_browser() -> str | None:
    """The path of the first that is installed; None when Playwright has to use the one it brings."""
    return next(filter(None, map(shutil.which, _NAMES)), None)
