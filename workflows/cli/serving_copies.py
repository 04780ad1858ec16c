"""`serve` on a machine that reads from the lake: the page, and copies of what is published there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from workflows.cli.serving import check_port, keep_page, page_process
from workflows.config.home_directory import prepare_home
from workflows.config.roles import login_kind
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError
from workflows.lake.client import copy_from_lake, houses_read

# A house publishes every few minutes.
_COPY_SECONDS = 60


def serve_copies(
    settings: Settings,
    page_command: list[str],
    port: int,
    stopped: threading.Event,
    announce: Callable[[], None],
) -> None:
    """Serve the page on copies of the lake's houses, which are renewed each minute, until `stopped` is set.

    While the lake is out of reach, the page shows the last copies, and says so.

    Args:
        settings: The configuration, which the page's process gets through its environment.
        page_command: The command line of the page's process.
        port: The port the page listens on; 0 for any, which cannot be waited for.
        stopped: Set to stop.
        announce: Called once the page can be opened.

    Raises:
        ConfigurationError: The page would be open to other machines without a login.
        ShipledgerError: The port cannot be used, or the page's process ended by itself.
    """
    login_kind(settings)
    check_port(settings.address, port)
    prepare_home(settings)
    with page_process(settings, page_command) as page:
        threading.Thread(target=_keep_copying, args=(settings, stopped), daemon=True).start()
        keep_page(settings, page, port, stopped, announce)


def _keep_copying(settings: Settings, stopped: threading.Event) -> None:
    while True:
        # A failure is logged, and a failed check of the house. The users file may be wrong for a moment.
        with suppress(ShipledgerError):
            for house in houses_read(settings):
                with suppress(ShipledgerError):
                    copy_from_lake(settings, house)
        if stopped.wait(_COPY_SECONDS):
            return
