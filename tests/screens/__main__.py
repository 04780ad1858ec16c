"""`python -m tests.screens [FOLDER] [WORDS]`: pictures of every view, light and dark, at three widths.

Builds a demo's home on a fixed day with libfaketime (Debian's `faketime`), serves its page with a clock that
stands still, and writes WebP files to FOLDER, `docs/screens` by default. With words, only the views whose name
contains one of them. SHIPLEDGER_SCREENS_HOME names a folder that keeps the home between runs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import tests.outside_pytest  # noqa: F401
from tests.screens.demo import built_demo, served_demo
from tests.screens.pictures import take_pictures
from tests.support.forked import PROJECT


def main(folder: Path, words: list[str]) -> int:
    """Take the pictures, and print their size."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screens-") as scratch:
        home = built_demo(Path(os.environ.get("SHIPLEDGER_SCREENS_HOME", scratch)) / "home")
        with served_demo(home, Path(scratch)) as url:
            for picture in take_pictures(url, home, folder, words):
                print(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB", flush=True)
    print(f"{sum(file.stat().st_size for file in folder.glob('*.webp')) / 1_000_000:.1f} MB in {folder}")
    return 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(Path(given[0]) if given else PROJECT / "docs/screens", given[1:]))
