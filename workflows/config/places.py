"""Where the code, the configuration and the data are.

In a clone they are beside each other. Installed, configuration and data are where the platform puts them, and
nothing is ever written beside the code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from platformdirs import PlatformDirs

# The root of a clone; of an installed package the folder of all packages.
PROJECT = Path(__file__).resolve().parents[2]
NAME = "shipledger"
# The umask of processes that write a home.
OWNER_ONLY = 0o077


@dataclass(frozen=True)
class Places:
    """The folders of a clone or of an installed package.

    Attributes:
        shipped: What comes with the code: `dbt_project/` and `parity.toml`.
        configuration: Where `.env` and `users.toml` are read from.
        data: The home, unless `SHIPLEDGER_HOME` says otherwise.
    """

    shipped: Path
    configuration: Path
    data: Path

    @property
    def models(self) -> Path:
        """The dbt project."""
        return self.shipped / "dbt_project"

    @property
    def seeds(self) -> Path:
        """The reference files that come with the code."""
        return self.models / "seeds"


def is_installed(code: Path) -> bool:
    """Return whether this is an installed package: the wheel has the dbt project inside `workflows`."""
    return (code / "workflows" / "dbt_project").is_dir()


def places_of(code: Path) -> Places:
    """Return the folders that go with the code in a folder."""
    if not is_installed(code):
        return Places(shipped=code, configuration=code, data=code / "data")
    platform = PlatformDirs(NAME, appauthor=False)
    return Places(code / "workflows", platform.user_config_path, platform.user_data_path)


def version() -> str:
    """Return Shipledger's version, that of the package or the one that a clone's `pyproject.toml` says."""
    if is_installed(PROJECT):
        return metadata.version(NAME)
    with (PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
