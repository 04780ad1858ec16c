"""A home with the shop's orders and an account to send them to, worked on as its user does."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from command_line import CommandLine, answer_of
from forked import Forked

from ingest.client.account import Account
from ingest.sources.xcart.order_upload import UploadLine
from sandbox import Sandbox
from workflows.config.operations_database import prepare_operations_database
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.xcart.uploading import upload

# The orders of the shop that can be sent; of the others each has a reason of its own.
SENT = {"671825", "671826", "671827"}
CREATE = "/orders/createorders"


def by_number(entries: list[dict[str, Any]], field: str) -> dict[str, Any]:
    return {entry["order_number"]: entry[field] for entry in entries}


@dataclass(frozen=True)
class Shop:
    home: Path
    box: Sandbox

    @property
    def line(self) -> CommandLine:
        return CommandLine(self.home, self.box.url)

    def start(self, *words: str, allow: bool = True) -> Forked:
        return self.line.start(*words, "--json", SHIPLEDGER_ALLOW_UPLOAD="1" if allow else "0")

    def must(self, *words: str, allow: bool = True) -> dict[str, Any]:
        """The facts of a command that succeeds."""
        answer = answer_of(self.start(*words, allow=allow))
        assert answer.code == 0, answer.errors
        return answer.facts

    def settings(self) -> Settings:
        return read_settings(self.line.environment(SHIPLEDGER_ALLOW_UPLOAD="1"))

    def upload(self, sends: bool = True) -> dict[str, Any]:
        """One upload on the ledger as it was built; the sync around it is left out."""
        prepare_operations_database(self.home / "operations.sqlite")
        account = Account(self.box.url, "sandbox", "sandbox", 1_000_000, retry_seconds=1.0)
        return upload(self.settings(), account, "run-1", sends=sends, report=lambda *_: None)

    def posts(self) -> int:
        return sum(1 for entry in self.box.requests.entries() if entry.method == "POST")

    def there(self) -> dict[str, dict[str, Any]]:
        """The orders in the account by number; a number that is there twice fails."""
        found = [self.box.book.order(record.id) for record in self.box.book.newest("orders")]
        numbers = [order["orderNumber"] for order in found]
        assert len(numbers) == len(set(numbers))
        return dict(zip(numbers, found, strict=True))

    def goods(self, number: str) -> list[tuple[str, int]]:
        return [(line["sku"], line["quantity"]) for line in self.there()[number]["items"]]

    def log(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.home / "operations.sqlite") as store:
            return store.execute("select order_number, event from uploads order by seq").fetchall()

    def note_sending(self, number: str, at: datetime, *lines: UploadLine) -> None:
        """As a process that was killed after it had sent would leave the log."""
        prepare_operations_database(self.home / "operations.sqlite")
        planned = json.dumps([asdict(line) for line in lines])
        with sqlite3.connect(self.home / "operations.sqlite") as store:
            store.execute(
                "insert into uploads (run_id, order_key, order_number, event, lines, noted_at)"
                " values ('killed', ?, ?, 'sending', ?, ?)",
                [f"xcart-{number}", number, planned if lines else None, at.isoformat()],
            )

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        return self.line.published(sql)
