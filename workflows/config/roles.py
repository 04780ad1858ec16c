"""Roles, the actions each role may do, and the users with their password hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from workflows.config.lake_settings import is_house
from workflows.config.settings import Settings
from workflows.errors import ConfigurationError, NotAllowed, UsageError

# 16 MiB and about 50 ms for one guess (https://www.rfc-editor.org/rfc/rfc7914).
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_MEMORY = 64 * 1024 * 1024
_SALT_BYTES = 16
_SCHEME = "scrypt"
SHORTEST_PASSWORD = 10


class Role(IntEnum):
    """What a person may do. Each role includes the lower ones."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


# All other actions need an admin.
_LEAST_ROLE = {
    "sync": Role.OPERATOR,
    "eod": Role.OPERATOR,
    "eow": Role.OPERATOR,
    "health": Role.OPERATOR,
    "upload": Role.OPERATOR,
    "receive": Role.OPERATOR,
    "repack": Role.OPERATOR,
    "adjust": Role.OPERATOR,
    "count": Role.OPERATOR,
    "expiry": Role.OPERATOR,
    "acknowledge": Role.OPERATOR,
    "mail": Role.OPERATOR,
}


@dataclass(frozen=True)
class Person:
    """Somebody who uses the page or a command.

    Attributes:
        name: What is recorded with each action.
        houses: The houses they may see on a page that reads from the lake; empty for its own.
    """

    name: str
    role: Role
    houses: tuple[str, ...] = ()

    def may(self, action: str) -> bool:
        """Return whether this person may do an action.

        An action is a kind of job or of entry, `expiry` (a lot's expiry date), `switch`, `acknowledge`, `mail`
        (send a mail again), `addresses` (see the recipients' addresses) or `logins` (see who logged in).
        """
        return self.role >= _LEAST_ROLE.get(action, Role.ADMIN)

    def require(self, action: str) -> None:
        """Check that this person may do an action.

        Raises:
            NotAllowed: The role does not allow it.
        """
        if not self.may(action):
            needed = _LEAST_ROLE.get(action, Role.ADMIN).name.lower()
            raise NotAllowed(
                f"{self.name} is {self.role.name.lower()} here, and '{action}' needs the role {needed}. "
                "Ask an admin to do it, or to raise the role in the users file."
            )


@dataclass(frozen=True)
class User:
    """A line of the users file.

    Attributes:
        name: The login, or the e-mail address from the identity provider.
        password_hash: Made by `hash_password`; None for a user of the identity provider.
        houses: The houses they may see on a page that reads from the lake; empty for its own.
    """

    name: str
    role: Role
    password_hash: str | None = field(default=None, repr=False)
    houses: tuple[str, ...] = ()


def read_users(path: Path) -> dict[str, User]:
    """Read the users by name, in lower case; none when there is no such file.

    Raises:
        ConfigurationError: The file cannot be parsed.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("users", {})
        return {name.lower(): _user(name, line) for name, line in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as problem:
        raise ConfigurationError(
            f"The users file {path} cannot be used ({problem}). A line of its section [users] looks like "
            'dana = { role = "operator", password = "scrypt:..." }; `hash-password` makes the last part.'
        ) from problem


def _user(name: str, line: Mapping[str, Any]) -> User:
    if not name.strip():
        raise ValueError("a user has no name")
    roles = [role.name.lower() for role in Role]
    if line["role"] not in roles:
        raise ValueError(f"the role of {name} is none of {', '.join(roles)}")
    password = line.get("password")
    if password is not None:
        _parts(password)
    houses = line.get("houses", [])
    if not isinstance(houses, list) or not all(isinstance(house, str) and is_house(house) for house in houses):
        raise ValueError(f'the houses of {name} are no list of names such as ["dallas", "austin"]')
    return User(name, Role[line["role"].upper()], password, tuple(houses))


def hash_password(password: str) -> str:
    """Return a salted hash for the users file, another one each time.

    Raises:
        UsageError: The password is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"A password has at least {SHORTEST_PASSWORD} characters.")
    salt = secrets.token_bytes(_SALT_BYTES)
    parts = (salt, _derive(password, salt))
    return ":".join([_SCHEME, *(b64encode(part).decode() for part in parts)])


def password_matches(password: str, user: User | None) -> bool:
    """Return whether it is the user's password. Takes the same time for a user who does not exist."""
    known = user.password_hash if user else None
    salt, expected = _parts(known) if known else (b"nobody", b"")
    return hmac.compare_digest(_derive(password, salt), expected)


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8"), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY, dklen=32
    )


def _parts(stored: str) -> tuple[bytes, bytes]:
    scheme, salt, derived = stored.split(":")
    if scheme != _SCHEME:
        raise ValueError("a password's hash begins with scrypt:")
    return b64decode(salt, validate=True), b64decode(derived, validate=True)


def login_kind(settings: Settings) -> str | None:
    """Return the kind of login: `oidc`, `password`, or None when everyone who reaches the page is its admin.

    Raises:
        ConfigurationError: The users file cannot be parsed, or the page would be open beyond this machine.
    """
    users = read_users(settings.users_file)
    if settings.oidc is not None:
        if not users:
            raise ConfigurationError(
                f"Nobody could do anything after logging in: name the users' e-mail addresses and roles in "
                f"{settings.users_file} (SHIPLEDGER_USERS)."
            )
        return "oidc"
    if any(user.password_hash for user in users.values()):
        return "password"
    if not is_loopback(settings.address):
        raise ConfigurationError(
            f"SHIPLEDGER_ADDRESS is {settings.address}, which others can reach, and no login is configured. "
            f"Put users into {settings.users_file} (SHIPLEDGER_USERS; `hash-password` makes the hashes), "
            "or set the SHIPLEDGER_OIDC_ variables, or leave the address at 127.0.0.1."
        )
    return None


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach an address."""
    return ip_address(address).is_loopback
