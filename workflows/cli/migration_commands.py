"""The commands that move a whole home: migrate, backup and restore."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.backup.restoring import restore_backup
from workflows.cli import run_job
from workflows.cli.console import ACTOR, JSON, answer, who
from workflows.cli.output import tell_backup, tell_migration, tell_restore
from workflows.config.settings import read_settings
from workflows.errors import UsageError
from workflows.jobs.progress import TerminalProgress


@click.command()
@click.option("--legacy", "file", type=click.Path(path_type=Path), help="The former system's SQLite database.")
@click.option("--dry-run", is_flag=True, help="Do all of it aside, and tell; change nothing.")
@click.option("--rollback", is_flag=True, help="Take the last migration out again.")
@ACTOR
@JSON
def migrate(file: Path | None, dry_run: bool, rollback: bool, actor: str | None, as_json: bool) -> None:
    """Bring in the former system's database, validate it, and publish when it passes."""
    if rollback == (file is not None) or (rollback and dry_run):
        raise UsageError("Give --legacy FILE, with --dry-run if you like; or --rollback alone.")
    with TerminalProgress() as progress:
        facts = run_job.migrate(read_settings(), file, dry_run, who(actor), progress.show)
    answer(facts, as_json, tell_migration)


@click.command()
@click.option(
    "--to", type=click.Path(path_type=Path), default=None, help="The folder; `backups` in the home by default."
)
@ACTOR
@JSON
def backup(to: Path | None, actor: str | None, as_json: bool) -> None:
    """Write everything that cannot be computed again into one file, and read it back."""
    with TerminalProgress() as progress:
        facts = run_job.backup(read_settings(), to, who(actor), progress.show)
    answer(facts, as_json, tell_backup)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@JSON
def restore(file: Path, as_json: bool) -> None:
    """Put the backup FILE in place of the home's data, and keep what it replaces. Stop the worker first."""
    answer(restore_backup(read_settings(), file), as_json, tell_restore)


COMMANDS = (migrate, backup, restore)
