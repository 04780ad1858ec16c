"""The folder that a backup is written to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from workflows.errors import Advice, UsageError


def prepare_folder(folder: Path) -> None:
    """Make the folder when it is missing, and check that it can be written.

    Raises:
        UsageError: It cannot be made or written, or is no folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        # The operating system says of a file only that it exists.
        reason = "it is a file" if folder.is_file() else problem.strerror
        raise UsageError(
            f"No backup can be written to the folder {folder}: {reason}.",
            advice=Advice("Correct that, or name another with --to.", "Ask an admin to correct that."),
        ) from problem
