"""The commands migrate, backup and restore."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.backup.folder import prepare_folder
from workflows.backup.restoring import restore_backup
from workflows.cli.backup_output import describe_backup, describe_restore
from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.cli.output import describe_migration
from workflows.cli.run_job import run_job
from workflows.config.settings_reader import read_settings
from workflows.errors import UsageError
from workflows.migration.former_database import check_former_database


@click.command()
@click.option("--legacy", "file", type=click.Path(path_type=Path), help="The former system's SQLite database.")
@click.option("--dry-run", is_flag=True, help="Run and validate the migration on a copy; change nothing.")
@click.option("--rollback", is_flag=True, help="Undo the last migration.")
@ACTOR
@JSON
def migrate(file: Path | None, dry_run: bool, rollback: bool, actor: str | None, as_json: bool) -> None:
    """Load the former system's database, validate it, and publish when it passes."""
    if rollback == (file is not None) or (rollback and dry_run):
        raise UsageError("Give --legacy FILE, with --dry-run if you like; or --rollback alone.")
    if file:
        check_former_database(file)
    legacy = str(file.absolute()) if file else None
    arguments = {"legacy": legacy, "dry_run": dry_run, "rollback": rollback}
    print_result(run_job(read_settings(), "migrate", arguments, who(actor)), as_json, describe_migration)


@click.command()
@click.option(
    "--to", type=click.Path(path_type=Path), default=None, help="The folder; `backups` in the home by default."
)
@ACTOR
@JSON
def backup(to: Path | None, actor: str | None, as_json: bool) -> None:
    """Write a backup of the home into one file, and verify it."""
    if to:
        prepare_folder(to.absolute())
    arguments = {"to": str(to.absolute()) if to else None}
    print_result(run_job(read_settings(), "backup", arguments, who(actor)), as_json, describe_backup)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trust", is_flag=True, help="Restore it although it is not signed with a key of this home.")
@JSON
def restore(file: Path, trust: bool, as_json: bool) -> None:
    """Replace the home's data with the backup FILE; the replaced data are kept. Stop the worker first."""
    print_result(restore_backup(read_settings(), file, trust=trust), as_json, describe_restore)


COMMANDS = (migrate, backup, restore)
