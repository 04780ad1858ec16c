"""The signature of a backup: HMAC-SHA256 of its manifest, which has the hash of every file.

The key is the home's own, `backup.key`, or derived from `SHIPLEDGER_BACKUP_PASSPHRASE`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from workflows.backup.manifest import FORMAT, Manifest
from workflows.config.disk_sync import sync_to_disk
from workflows.config.settings import Settings
from workflows.errors import Advice, HomeUnusable

_KEY_FILE = "backup.key"
_KEY_BYTES = 32
_SALT_BYTES = 16
# The cost of scrypt: 64 MiB and a fifth of a second for each guess of a passphrase.
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1
_MEMORY = 128 * 1024 * 1024


class NotTrusted(Exception):
    """A backup's signature does not show that it is ours; the message completes "the backup …"."""


def choose_key(settings: Settings, manifest: Manifest) -> bytes:
    """Return the key to sign a new backup with, and note in the manifest which it is.

    The home's key is made when it has none.

    Raises:
        HomeUnusable: The home's key file is damaged.
    """
    if settings.backup_passphrase is None:
        manifest.key = "home"
        return _home_key(settings.home) or _make_home_key(settings.home)
    manifest.key, manifest.salt = "passphrase", secrets.token_hex(_SALT_BYTES)
    return _derived_key(settings.backup_passphrase, manifest.salt)


def sign(key: bytes, manifest: bytes) -> str:
    """Return the signature of a manifest's bytes."""
    return hmac.new(key, manifest, hashlib.sha256).hexdigest()


def check_signature(settings: Settings, content: bytes, manifest: Manifest, signature: str) -> None:
    """Check that this home made a backup, or one with the same passphrase, and that its manifest is unchanged.

    Args:
        settings: Has the home's key and the passphrase.
        content: The manifest's bytes.
        manifest: The same, parsed.
        signature: As in the backup; empty when it has none.

    Raises:
        NotTrusted: It is signed by another key, was changed, has no signature or another format.
        HomeUnusable: The home's key file is damaged.
    """
    if manifest.format == 1:
        raise NotTrusted("was made by an earlier release, which did not sign backups")
    if manifest.format != FORMAT:
        raise NotTrusted(f"has the format {manifest.format}, and this release knows {FORMAT}")
    key = _key_of(settings, manifest)
    if key is None or not hmac.compare_digest(sign(key, content).encode(), signature.encode()):
        raise NotTrusted(
            "was changed after it was made, or has another passphrase"
            if manifest.key == "passphrase"
            else f"was made by another home, whose {_KEY_FILE} this one does not have, or was changed afterwards"
        )


def _key_of(settings: Settings, manifest: Manifest) -> bytes | None:
    if manifest.key != "passphrase":
        return _home_key(settings.home)
    if settings.backup_passphrase is None:
        raise NotTrusted("is signed with a passphrase, and SHIPLEDGER_BACKUP_PASSPHRASE is not set")
    return _derived_key(settings.backup_passphrase, manifest.salt)


def _derived_key(passphrase: str, salt: str) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt.encode(), n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY, dklen=_KEY_BYTES
    )


def _home_key(home: Path) -> bytes | None:
    try:
        key = (home / _KEY_FILE).read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != _KEY_BYTES:
        raise HomeUnusable(
            f"{home / _KEY_FILE}, which signs backups, is damaged.",
            advice=Advice(
                "Put it back from where you keep it. Or move it away: the next backup makes a new one, and the "
                "older backups need `restore --trust`.",
                "Ask an admin to put it back.",
            ),
        )
    return key


def _make_home_key(home: Path) -> bytes:
    """Write a new key, for its owner alone, whole or not at all."""
    key, part = secrets.token_bytes(_KEY_BYTES), home / f"{_KEY_FILE}.part"
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_bytes(key)
    sync_to_disk(part)
    part.replace(home / _KEY_FILE)
    sync_to_disk(home)
    return key
