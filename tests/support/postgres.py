"""A real PostgreSQL server for tests, without what makes it survive a power failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from inbox import free_port

USER, PASSWORD = "ledger", "the-pass-word"
# PostgreSQL refuses to run as root.
_SOMEBODY = "nobody" if os.geteuid() == 0 else None


@dataclass(frozen=True)
class Postgres:
    """A running server with one user, who may do everything."""

    port: int

    def url(self, database: str = "postgres", *, password: str = PASSWORD) -> str:
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running_postgres(address: str | None = None, network: str | None = None) -> Iterator[Postgres]:
    """A server on a free port, for as long as the block lasts; also at an address, for a network's machines."""
    # Not below pytest's folder, which only its own user may enter.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if _SOMEBODY:
        shutil.chown(folder, _SOMEBODY)
    port = free_port()
    addresses = ",".join(filter(None, ("127.0.0.1", address)))
    options = f"-p {port} -k {folder} -c listen_addresses={addresses} -c fsync=off -c synchronous_commit=off"
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if _SOMEBODY:
            shutil.chown(secret, _SOMEBODY)
        data = str(folder / "data")
        # A hash that costs no time: the tests log in often.
        _run("initdb", "-D", data, "-U", USER, "--auth=md5", f"--pwfile={secret}", "--no-sync")
        if network:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {network} md5\n")
        _run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Postgres(port)
        finally:
            _run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *arguments: str) -> None:
    command = [str(_programs() / program), *arguments]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_SOMEBODY, cwd="/"
    )


@cache
def _programs() -> Path:
    """The folder of the server's programs; Debian has them on nobody's path."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert folders, "The tests need PostgreSQL's programs: `apt-get install postgresql`."
    return folders[-1]
