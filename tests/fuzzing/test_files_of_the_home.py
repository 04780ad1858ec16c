"""Manifests of backups, reference files and users files: read, or refused with a sentence that names the file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from workflows.backup.manifest import DATABASES, FOLDERS, PUBLISHED, NotABackup, read_manifest
from workflows.config.reference_data import read_reference
from workflows.config.roles import Role, password_matches, read_users
from workflows.errors import ConfigurationError

_NAMES = some.sampled_from(
    [
        *DATABASES,
        "../operations.sqlite",
        "/etc/passwd",
        "frozen/../x",
        "frozen/a\x00b",
        "published/current.duckdb",
        "published/a.duckdb",
        "published/a/b.duckdb",
        "reports//a",
        "./frozen/a",
        "frozen/a",
        ".",
        "",
        "workflows.sqlite",
    ]
)
_FACTS = some.fixed_dictionaries({"bytes": some.integers(), "sha256": some.text(max_size=3)})
_VALUES = some.none() | some.integers() | some.text(max_size=5) | some.lists(some.integers(), max_size=2)
_MANIFESTS = some.fixed_dictionaries(
    {
        "made_at": some.sampled_from(["2026-11-20T12:00:00Z", "2026-11-20", "0001-01-01T00:00:00+23:59"])
        | _VALUES,
        "files": some.dictionaries(_NAMES, _FACTS, max_size=3) | _VALUES,
        "counts": some.dictionaries(_NAMES, some.dictionaries(some.text(max_size=3), some.integers()), max_size=2),
    },
    optional={
        "format": _VALUES,
        "current": _NAMES | _VALUES,
        "key": some.sampled_from(["home", "x"]),
        "salt": _VALUES,
    },
)
_CELLS = some.sampled_from(
    ["", "17612", "true", "1", "x", '"', '"a\nb"', "\0", "2026-01-01", "２", "1e3", "\ufeff"]
)
_ROWS = some.lists(some.lists(_CELLS, max_size=5).map(",".join), max_size=3).map("\n".join)
_COLUMNS = {
    "skus": "sku_code,product_name,is_key_product",
    "sku_aliases": "alias_sku,component_sku,multiplier",
    "opening_balances": "sku_code,lot_number,opening_date,quantity",
}
_TOML = some.sampled_from(
    [
        "[users]",
        "[users.ada]",
        "users = 3",
        "ada = ",
        '{ role = "admin" }',
        '{ role = ["admin"] }',
        '"admin"',
        "3",
        "[]",
        '{ role = "admin", password = 3 }',
        '{ role = "admin", password = "scrypt:YQ==:YQ==" }',
        '"" = ',
        "\n",
        "\x00",
        "é",
        '{ role = "admin", password = "scrypt:é:é" }',
        "{ role = 3 }",
        "1979-05-27 = ",
        "[[users]]",
        '{ role = "ADMIN" }',
    ]
)


_NAMES_THE_FOLDER = (
    b'{"made_at": "2026-11-20T12:00:00Z", "files": {".": {"bytes": 0, "sha256": ""},'
    b' "warehouse.duckdb": {"bytes": 0, "sha256": ""}}, "counts": {}}'
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(_MANIFESTS.map(lambda manifest: json.dumps(manifest).encode()) | some.binary(max_size=40))
@example(b'{"made_at": ' + b"[" * 100_000)
@example(b"{}")
@example(b"[]")
@example(_NAMES_THE_FOLDER)
def test_a_manifest_is_refused_or_names_only_what_a_restore_may_write(content: bytes) -> None:
    try:
        manifest = read_manifest(content)
    except NotABackup as problem:
        assert str(problem).startswith("it")
        return
    assert set(manifest.files) & set(DATABASES)
    for name in manifest.files:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert name in DATABASES or path.parts[0] in (PUBLISHED, *FOLDERS)


@pytest.mark.long
@given(texts=some.fixed_dictionaries(dict.fromkeys(_COLUMNS, _ROWS)))
@example(texts={"skus": "17612", "sku_aliases": "", "opening_balances": "17612,250300,2026-01-01,1"})
@example(texts={"skus": "17612,Brush,true", "sku_aliases": "a", "opening_balances": "17612,250300,2026-01-01,1"})
@example(texts={"skus": "17612,Brush,true", "sku_aliases": "", "opening_balances": "17612"})
def test_reference_files_are_read_or_refused_with_the_folder(folder: Path, texts: dict[str, str]) -> None:
    for name, columns in _COLUMNS.items():
        (folder / f"{name}.csv").write_text(f"{columns}\n{texts[name]}\n", encoding="utf-8")
    try:
        reference = read_reference(folder)
    except ConfigurationError as problem:
        assert str(folder) in str(problem)
        return
    assert all(units > 0 for parts in reference.components.values() for units in parts.values())


@given(text=some.lists(_TOML, max_size=6).map("".join) | some.text(max_size=30))
@example(text='[users]\nada = "admin"')
@example(text="a = " + "[" * 5000)
def test_a_users_file_is_read_or_refused_by_its_name_and_lets_in_only_who_has_a_password(
    folder: Path, text: str
) -> None:
    file = folder / "users.toml"
    file.write_bytes(text.encode("utf-8", "replace"))
    try:
        users: dict[str, Any] = read_users(file)
    except ConfigurationError as problem:
        assert str(file) in str(problem)
        return
    for name, user in users.items():
        assert (name.strip() != "", type(user.role)) == (True, Role)
        assert user.password_hash or not password_matches("", user)
