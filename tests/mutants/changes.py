"""The list of careless changes, read from `changes.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("changes.toml")


@dataclass(frozen=True)
class Change:
    """One change that a careless maintainer could make.

    Attributes:
        file: The file it is made in, from the project's root.
        what: What it does, in a few words.
        before: Text of the file, there exactly once.
        after: What stands there instead.
        tests: pytest's names of the tests that should notice it.
    """

    file: str
    what: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"{self.file}: {self.what}"

    def made_in(self, text: str) -> str:
        """The file's text with the change.

        Raises:
            ValueError: The text before is not there exactly once.
        """
        if text.count(self.before) != 1:
            raise ValueError(f"{self.label}: its text is there {text.count(self.before)} times, not once")
        return text.replace(self.before, self.after)


def read_changes() -> list[Change]:
    listed = tomllib.loads(LIST.read_text())["change"]
    return [Change(**{**change, "tests": tuple(change["tests"])}) for change in listed]
