"""The migration from the former system: copy its database, load it, build, validate; or remove it again.

The copies stay in `migrations/` of the home, so a migration can be undone or repeated without the former system.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import duckdb

from ingest.errors import IngestError
from ingest.pipeline import Warehouse
from ingest.sources.legacy.legacy_source import digest_of, last_imports, load_legacy, open_legacy
from ingest.sources.shipstation.load import prepare_tables
from workflows.backup.backup_file import copy_sqlite
from workflows.config.reference_data import read_reference
from workflows.config.settings import Settings
from workflows.cycle.engine import Engine, Facts, Report, RunsSince
from workflows.cycle.warehouse import Run, check_warehouse
from workflows.errors import MigrationRefused, ShipledgerError, UsageError
from workflows.migration.ledger_checks import check_ledger, check_reference, passes
from workflows.migration.migration_checks import check_anomalies, check_load
from workflows.migration.validation_table import format_checks


def copy_home(here: Settings, there: Settings) -> None:
    """Copy what a build needs: the warehouse, and the operations database, to which others may write meanwhile."""
    (there.home / "logs").mkdir(parents=True)
    if here.warehouse.exists():
        with duckdb.connect(str(here.warehouse)) as connection:
            connection.execute("checkpoint")
        shutil.copyfile(here.warehouse, there.warehouse)
    if here.operations.exists():
        copy_sqlite(here.operations, there.operations)


class Migration:
    """The steps of a migration for one home; each may run twice."""

    def __init__(self, engine: Engine) -> None:
        settings = engine.settings
        self._engine = engine
        self._settings = settings
        self._warehouse = Warehouse(settings.warehouse, settings.home / "scratch")
        self._copies = settings.home / "migrations"

    def take_copy(self, file: Path) -> Facts:
        """Copy the former system's database as it is at one moment, and check the copy.

        Returns:
            `digest` of its content, `copy` (the file), whether it is `loaded` already, and whether it is `needed`
            by what is loaded or by a rollback.

        Raises:
            ShipledgerError: The file is missing or is not such a database, or the copy differs from it.
        """
        check_warehouse(self._settings.warehouse)
        self._copies.mkdir(exist_ok=True)
        part = self._copies / ".copy.part"
        part.unlink(missing_ok=True)
        try:
            with open_legacy(file) as there, closing(sqlite3.connect(part)) as copy:
                there.backup(copy)
                problem = copy.execute("pragma integrity_check").fetchone()[0]
                digest = digest_of(copy)
                if problem != "ok" or digest != digest_of(there):
                    raise ShipledgerError(
                        f"The copy of {file} differs from it ({problem}). Try again when nobody writes to it."
                    )
        except (IngestError, OSError) as problem:
            raise ShipledgerError(f"{problem} Nothing was changed.") from problem
        path = self._copies / f"{digest}.sqlite"
        part.replace(path)
        notes = last_imports(self._warehouse)
        needed = any(digest in (note["digest"], note["previous_digest"]) for note in notes)
        return {"digest": digest, "copy": str(path), "loaded": digest == self._loaded(), "needed": needed}

    def load(self, copy: str) -> Facts:
        """Load a copy in place of what was loaded before; a second call does nothing."""
        # Every raw table the models read, also before the first load from ShipStation.
        prepare_tables(self._warehouse)
        self._engine.load_operations()
        before = self._loaded()
        if before != Path(copy).stem:
            load_legacy(Path(copy), self._warehouse, "migrate", before)
        return {"digest": Path(copy).stem}

    def last_migration(self) -> Facts:
        """Return what a rollback removes (`digest`), and what it restores (`previous_digest`, None for nothing).

        Raises:
            UsageError: There is no migration to roll back.
        """
        last = next(iter(last_imports(self._warehouse)), None)
        if last is None or last["action"] != "migrate":
            raise UsageError("There is no migration to roll back.")
        return {"digest": last["digest"], "previous_digest": last["previous_digest"]}

    def roll_back(self, migration: Facts) -> Facts:
        """Remove what a migration loaded, and restore what it had replaced; a second call does nothing."""
        earlier = migration["previous_digest"]
        if self._loaded() == migration["digest"]:
            load_legacy(self._copy_of(earlier), self._warehouse, "rollback", migration["digest"])
        return {"digest": earlier}

    def take_back(self, digest: str) -> Facts:
        """Undo a migration that did not pass its validation; a second call does nothing."""
        notes = last_imports(self._warehouse)
        if notes and notes[0]["digest"] == digest:
            nothing: Facts = {"digest": None, "action": "rollback", "previous_digest": None}
            earlier = notes[1] if len(notes) > 1 else nothing
            load_legacy(
                self._copy_of(earlier["digest"]), self._warehouse, earlier["action"], earlier["previous_digest"]
            )
        return {"digest": self._loaded()}

    def validate(self, copy: str) -> list[Facts]:
        """Run all checks, after the build and before publishing; see `migration_checks`.

        Raises:
            MigrationRefused: A check failed; the message has the table.
        """
        with open_legacy(Path(copy)) as there:
            with duckdb.connect(str(self._settings.warehouse)) as here:
                checks = check_load(there, here)
                first_label = here.execute(
                    "select min(ship_date) from raw_shipstation.shipments where void_date is null"
                ).fetchone()
            today = self._settings.today()
            checks += [*check_anomalies(there, today), *check_reference(there, self._settings.reference)]
            if passes(checks):
                reference = read_reference(self._settings.reference)
                with duckdb.connect(str(self._settings.ledger), read_only=True) as here:
                    checks += check_ledger(there, here, reference, first_label[0] if first_label else None, today)
        facts = [asdict(check) for check in checks]
        if not passes(checks):
            raise MigrationRefused(
                "The migration does not pass its validation. Nothing was published, and everything was restored.\n"
                + format_checks(facts)
            )
        return facts

    def rehearse(self, copy: str, run: Run, runs_since: RunsSince, report: Report) -> list[Facts]:
        """Load, build and validate in a copy of the home, and delete the copy."""
        aside = self._settings.home / "scratch" / f"dry-run-{run.run_id}"
        settings = self._settings.model_copy(update={"home": aside})
        # A killed rehearsal leaves its copy.
        shutil.rmtree(aside, ignore_errors=True)
        try:
            copy_home(self._settings, settings)
            engine = Engine(settings)
            dry = Migration(engine)
            dry.load(copy)
            engine.build(run, runs_since, report)
            return dry.validate(copy)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _loaded(self) -> str | None:
        """Return the digest of what is loaded now; None for nothing."""
        return next((note["digest"] for note in last_imports(self._warehouse)), None)

    def _copy_of(self, digest: str | None) -> Path | None:
        return self._copies / f"{digest}.sqlite" if digest else None
