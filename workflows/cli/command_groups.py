"""All commands in groups, with a line and an example each; a command's module is imported when it is called.

So `--help`, `--version` and the completion of a shell wait for nothing but this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from workflows.config.places import PROJECT, places_of
from workflows.errors import ConfigurationError

# The command line itself has those that need the page or the sandbox.
_ITS_OWN = None


class Listed(NamedTuple):
    """A command as `--help` lists it.

    Attributes:
        module: The module with the command in its `COMMANDS`; None for one of the program itself.
        summary: What it does, in a line.
        example: Its arguments in an example.
    """

    module: str | None
    summary: str
    example: str


_CLOSES, _CYCLE, _ENTRIES, _JOBS = (
    f"workflows.cli.{name}_commands" for name in ("close", "cycle", "entry", "job")
)
_BILLS, _MIGRATION, _PARITY, _REFERENCE, _XCART = (
    f"workflows.cli.{name}_commands" for name in ("bill", "migration", "parity", "reference", "xcart")
)
GROUPS: dict[str, dict[str, Listed]] = {
    "Try it": {
        "demo": Listed(_ITS_OWN, "Everything on a local ShipStation with a generated business", "demo --once"),
        "sandbox": Listed("sandbox.cli", "A local ShipStation alone", "sandbox --port 8790 --orders-per-day 200"),
    },
    "Set up": {
        "init": Listed(
            _REFERENCE, "Write a copy of the reference files to edit", "init /srv/shipledger/reference"
        ),
        "check-reference": Listed(_REFERENCE, "Check your reference files", "check-reference"),
        "hash-password": Listed(_ITS_OWN, "Hash a password for the users file", "hash-password"),
        "switch": Listed(_JOBS, "Turn a part of the schedule on or off", "switch upload off"),
    },
    "Load and publish": {
        "serve": Listed(_ITS_OWN, "Worker, schedule and page, until stopped", "serve --port 8501"),
        "sync": Listed(_CYCLE, "One cycle: load what changed, build, test, publish", "sync"),
        "backfill": Listed(_CYCLE, "Load a span of modification dates", "backfill --since 2025-01-01"),
        "reconcile": Listed(
            _CYCLE, "Compare with ShipStation field by field", "reconcile --since 2025-09-01 --repair"
        ),
    },
    "Close": {
        "eod": Listed(_CLOSES, "Close the day", "eod --date 2025-09-30"),
        "eow": Listed(_CLOSES, "Close the week", "eow"),
        "eom": Listed(_CLOSES, "Close the month", "eom --date 2025-09-30"),
    },
    "Stock": {
        "receive": Listed(_ENTRIES, "Record a delivery", "receive --sku 17612 --lot 250300 --quantity 576"),
        "adjust": Listed(
            _ENTRIES, "Record units found or lost", "adjust --sku 17612 --lot 250300 --quantity -6 --reason broken"
        ),
        "count": Listed(_ENTRIES, "Record a count", "count --sku 17612 --lot 250300 --quantity 570"),
        "repack": Listed(
            _ENTRIES, "Record repacked units", "repack --sku 17612 --from-lot 250300 --lot 250340 --quantity 12"
        ),
        "lot": Listed(
            _ENTRIES,
            "Set a lot's status or expiry date",
            "lot --sku 17612 --lot 250300 --status quarantined --reason 'broken seals'",
        ),
    },
    "Watch": {
        "status": Listed(_CYCLE, "Last runs, jobs, freshness, alerts and what to do", "status"),
        "health": Listed(_JOBS, "Integrity and freshness checks", "health --json"),
        "cancel": Listed(_JOBS, "Cancel a queued or running job", "cancel RUN"),
        "retry": Listed(_JOBS, "Run a failed or cancelled job again", "retry RUN"),
        "mail": Listed("workflows.cli.mail_commands", "The outbox; try the mail server", "mail --test"),
    },
    "Read and keep": {
        "export": Listed(
            "workflows.cli.export_commands",
            "Write the published tables as files",
            "export --to exported --format csv --table shipped_orders",
        ),
        "accounting": Listed(
            "workflows.cli.export_commands",
            "Write the invoice of a closed month for QuickBooks or Xero",
            "accounting --month 2025-09 --format xero --customer 'Brand Ltd' --to invoice.csv",
        ),
        "backup": Listed(_MIGRATION, "Back up the home into one verified file", "backup"),
        "restore": Listed(_MIGRATION, "Put a backup back", "restore shipledger-backup.tar"),
        "retention": Listed(_JOBS, "Redact personal data that are past their time", "retention --dry-run"),
    },
    "Shop orders": {
        "import-xcart": Listed(_XCART, "Import the shop's orders", "import-xcart orders.xml"),
        "upload": Listed(_XCART, "Send waiting shop orders to ShipStation", "upload --dry-run"),
    },
    "Carrier bills": {
        "import-carrier-bill": Listed(
            _BILLS,
            "Import a carrier's bill to compare with the labels",
            "import-carrier-bill ups.csv --carrier ups",
        ),
    },
    "Former system": {
        "migrate": Listed(_MIGRATION, "Import its database, and validate it", "migrate --legacy ora.db --dry-run"),
        "parity": Listed(_PARITY, "Compare it with this one", "parity --legacy ora.db"),
        "cutover": Listed(_PARITY, "Leave it, once parity has held", "cutover --legacy ora.db"),
    },
}
# What a machine that reads from the lake can do: it has no worker, and no data of its own.
READING = ("serve", "export", "accounting", "init", "check-reference", "hash-password", "demo", "sandbox")
COMMANDS = {name: listed for group in GROUPS.values() for name, listed in group.items()}


def check_machine(words: Sequence[str]) -> None:
    """Refuse what a machine that only reads from the lake cannot do.

    Raises:
        ConfigurationError: The command needs a home of its own.
    """
    if not words or words[0] not in COMMANDS or words[0] in READING or {"-h", "--help"}.intersection(words):
        return
    from workflows.config.settings_reader import read_settings

    if read_settings().reads_lake:
        raise ConfigurationError(
            f"This machine only reads from the lake (SHIPLEDGER_READ_FROM): `{words[0]}` runs on a house's own "
            f"machine. Here you can use {', '.join(READING[:3])}."
        )


class CommandGroup(click.Group):
    """The command line's commands, as of `GROUPS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, with its example."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        found: tuple[click.Command, ...] = (
            tuple(self.commands.values()) if listed.module is None else import_module(listed.module).COMMANDS
        )
        command = next(one for one in found if one.name == cmd_name)
        command.epilog = f"Example: {_program(ctx)} {listed.example}"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their groups, and where the configuration is read from."""
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name, listed.summary) for name, listed in group.items()], col_max=20)
        formatter.write_paragraph()
        formatter.write_text(f"{_program(ctx)} COMMAND --help shows the options of a command and an example.")
        file = places_of(PROJECT).configuration / ".env"
        # Not wrapped, so that the path can be copied.
        formatter.write(f"Settings are read from the environment and {file}\n")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like that; none is imported for it."""
        return [*_beginning_with(incomplete), *click.Command.shell_complete(self, ctx, incomplete)]


def _beginning_with(text: str) -> Iterator[CompletionItem]:
    return (CompletionItem(name, help=one.summary) for name, one in COMMANDS.items() if name.startswith(text))


def _program(ctx: click.Context) -> str:
    return ctx.find_root().info_name or "shipledger"
