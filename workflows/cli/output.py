"""The command-line output as text: a pure function for each kind of facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflows.cli.backup_output import describe_backup, describe_retention
from workflows.cli.bill_output import describe_bill
from workflows.config.formatting import money
from workflows.config.job_kinds import CLOSES
from workflows.config.mail_settings import NO_SERVER, SET_A_SERVER
from workflows.config.wall_clock import clock
from workflows.migration.validation_table import format_checks


def describe_cycle(facts: dict[str, Any]) -> str:
    """Describe what a sync or backfill read, changed and published."""
    done = (
        f"{facts['orders_fetched']} orders read, {facts['orders_changed']} of them new or changed; "
        f"{facts['shipments_fetched']} shipments and {facts['fulfillments_fetched']} fulfillments read; "
        f"{facts['api_requests']} requests, {facts['seconds']:.1f} s.\n"
    )
    published = facts["published"]
    done += f"Published {published}." if facts["built"] else f"Nothing new; {published} stays current."
    lost = facts["accepted_loss"]
    return done + (f"\nThe loss was accepted: {lost} are missing." if lost else "")


def describe_comparison(facts: dict[str, Any]) -> str:
    """Describe a comparison, with a line for each difference."""
    lines = [f"{'':<14}{'ShipStation':>12}{'here':>10}"]
    lines += [
        f"{table:<14}{there:>12}{facts['rows_here'][table]:>10}" for table, there in facts["rows_there"].items()
    ]
    lines.append(f"{'units':<14}{facts['units_there']:>12}{facts['units_here']:>10}")
    lines.append(
        f"{facts['missing_here']} missing here, {facts['missing_there']} missing there, "
        f"{facts['different']} different; {facts['repaired']} repaired."
    )
    for one in facts["differences"]:
        fields = f" ({', '.join(one['fields'])})" if one["fields"] else ""
        lines.append(f"  {one['table']} {one['key']}: {one['kind'].replace('_', ' ')}{fields}")
    return "\n".join(lines)


def describe_init(facts: dict[str, Any]) -> str:
    """Say what was written, and what to do with it."""
    written = f"Written to {facts['folder']}: {', '.join(facts['written']) or 'nothing'}."
    kept = f" Kept as they are: {', '.join(facts['kept'])}." if facts["kept"] else ""
    return (
        f"{written}{kept}\nEdit the files, put SHIPLEDGER_REFERENCE={facts['folder']} into "
        f"{facts['configuration']} or the environment, and run check-reference."
    )


def describe_reference(facts: dict[str, Any]) -> str:
    """List what is wrong in the reference files, with file and row."""
    if not facts["problems"]:
        return f"The reference files in {facts['reference']} are valid."
    lines = [
        f"{one['file']}, row {one['row']}: {one['problem']}" if one["row"] else f"{one['file']}: {one['problem']}"
        for one in facts["problems"]
    ]
    return "\n".join([*lines, f"Correct {facts['reference']}."])


def describe_serving(facts: dict[str, Any]) -> str:
    """Say where the page is."""
    return f"The page is at {facts['page']}; the data is in {facts['home']}. Stop with Ctrl-C."


def describe_status(facts: dict[str, Any]) -> str:
    """Describe the status, a line for each fact; times in the business's time zone."""
    zone = ZoneInfo(facts["timezone"])

    def at(instant: datetime | None) -> str:
        return clock(instant, zone) if instant else "none yet"

    fresh = facts["freshness"]
    worker = "a worker is running" if facts["worker_running"] else "no worker is running"
    snapshot = f"{fresh['snapshot']} (of {at(fresh['as_of'])})" if fresh["snapshot"] else "none yet"
    lines = [
        f"Home       {facts['home']} ({worker})",
        f"Last read  {at(facts['read_at'])}",
        f"Watermark  {at(facts['watermark'])}",
        f"Snapshot   {snapshot}",
    ]
    for kind, run in facts["last_runs"].items():
        ended = f"{run['status']} at {at(run['finished_at'])}" if run else "never"
        again = f" (run {run['run_id']})" if run and run["status"] != "success" else ""
        lines.append(f"Last {kind:<9} {ended}{again}")
    lines += [
        f"Closed     {kind} {done['period']}, by {done['actor']} at {at(done['closed_at'])}: {done['summary']}"
        for kind, done in facts["closes"].items()
        if done
    ]
    off = [name for name, is_on in facts["switches"].items() if not is_on]
    lines += [f"Off        {', '.join(off)}"] if off else []
    lines += [f"Job        {job['kind']} {job['status']} (run {job['run_id']})" for job in facts["open_jobs"]]
    lines += [f"Test       {name} failed" for name in facts["failed_tests"]]
    for alert in facts["alerts"]:
        since = f" Since {at(alert['since'])}." if alert["since"] else ""
        lines.append(f"{alert['level'].capitalize():<10} {alert['message']}{since}")
    return "\n".join(lines)


def describe_entry(facts: dict[str, Any]) -> str:
    """Describe an entry: what was recorded, what the shelf gains, and when the ledger shows it."""
    of_what = facts["sku_code"] + (f", lot {facts['lot_number']}" if facts["lot_number"] else "")
    if facts["entry_type"] == "count":
        done = f"{facts['counted_quantity']} counted, {facts['expected_quantity']} expected"
    else:
        done = f"{facts['entry_type'].replace('_', ' ')} of {facts['quantity']}"
    moved = f" from lot {facts['from_lot']}" if facts["from_lot"] else ""
    stood = (
        "Recorded before; nothing was added." if facts["repeated"] else "The next sync brings it into the ledger."
    )
    seen = "".join(
        f"A count difference of {one['quantity']:+} on {one['entry_date']} keeps the stock as it was counted.\n"
        for one in facts["balanced"]
    )
    expires = f"The lot expires on {facts['expires']}.\n" if facts.get("expires") else ""
    return (
        f"{facts['entry_date']}, {of_what}: {done}{moved}; the shelf gains {facts['shelf_gains']}.\n"
        f"{seen}{expires}Entry {facts['entry_id']}. {stood}"
    )


def describe_lot_state(facts: dict[str, Any]) -> str:
    """Describe what was said of a lot: its status and since when it has it, its expiry date."""
    said = [f"is {facts['status']} from {facts['valid_from']} on"] if facts["status"] else []
    if facts["expires"] == "none":
        said.append("has no expiry date any more")
    elif facts["expires"]:
        said.append(f"expires on {facts['expires']}")
    return (
        f"Lot {facts['lot_number']} of {facts['sku_code']} {' and '.join(said)}.\n"
        "The next sync brings it into the ledger."
    )


def describe_cancelled(facts: dict[str, Any]) -> str:
    """Say that a job was cancelled."""
    return f"The {facts['kind']} (run {facts['run_id']}) is {facts['status']}; a step under way ends first."


def describe_switch(facts: dict[str, Any]) -> str:
    """Say whether a switch is on."""
    return f"{facts['name']} is {'on' if facts['is_on'] else 'off'}: {facts['actor']} turned it."


def describe_close(facts: dict[str, Any]) -> str:
    """Describe what a close closed, made and sent."""
    lines = [f"{before['title']}: {before['summary']}." for before in facts["closed_before"]]
    if facts["already_done"]:
        lines.append(f"{facts['title']} is closed already, by {facts['closed_by']}: {facts['summary']}.")
        lines.append(facts["since_then"])
    else:
        again = f" (version {facts['version']})" if facts["version"] > 1 else ""
        lines.append(f"{facts['title']} is closed{again}: {facts['summary']}.")
    made = [file for one in [*facts["closed_before"], facts] for file in one["reports"]]
    lines += [f"  {file}" for file in made]
    lines += [f"Mail: {facts['mail']}."] if facts["mail"] else []
    return "\n".join(lines)


def describe_health(facts: dict[str, Any]) -> str:
    """Describe the health checks, a line for each."""
    lines = [
        f"{'ok  ' if check['is_ok'] else 'FAIL'}  {check['name']:<28} {check['detail'] or check['claim']}"
        for check in facts["checks"]
    ]
    failed = len(facts["failed"])
    lines.append(f"{len(lines) - failed} passed, {failed} failed; {facts['snapshot']}, {facts['seconds']:.1f} s.")
    return "\n".join(lines)


def describe_mail(facts: dict[str, Any]) -> str:
    """Describe each mail, newest first, with what to do about it."""
    lines = [
        f"{mail['queued_at']:%Y-%m-%d %H:%M}  {mail['state']:<9}  {mail['key']}  {mail['recipient']}\n"
        f"    {mail['detail']}"
        for mail in facts["mails"]
    ]
    if not facts["is_on"]:
        lines.append(f"{NO_SERVER} {SET_A_SERVER.command_line}")
    return "\n".join(lines) or "The outbox is empty."


def describe_migration(facts: dict[str, Any]) -> str:
    """Describe a migration: the validation as a table, and its outcome."""
    done = {
        "migrate": "The former system's data are part of the ledger now.",
        "unchanged": "The same data were loaded before; nothing was changed.",
        "dry run": "A dry run: nothing was changed.",
        "rollback": "The last migration was undone.",
    }[facts["action"]]
    published = f" {facts['published']} is current." if facts["published"] else ""
    table = [format_checks(facts["checks"])] if facts["checks"] else []
    return "\n".join([*table, f"{done}{published} {facts['seconds']:.1f} s."])


def describe_export(facts: dict[str, Any]) -> str:
    """Say what was exported, and where it is."""
    rows = sum(one["rows"] for one in facts["tables"])
    return (
        f"{facts['folder']}: {len(facts['tables'])} tables as {facts['format']}, {rows} rows "
        f"of {facts['snapshot']}; manifest.json lists them."
    )


def describe_accounting(facts: dict[str, Any]) -> str:
    """Say what was written for the books."""
    return (
        f"{facts['file']}: invoice {facts['invoice']} for {facts['format']}, {facts['lines']} lines, "
        f"{money(facts['total_cents'])}."
    )


def describe_import(facts: dict[str, Any]) -> str:
    """Describe an import: what was read, changed and refused."""
    lines = [
        f"{facts['files_read']} files read, {facts['files_unchanged']} unchanged; {facts['orders_read']} orders, "
        f"{facts['orders_changed']} of them new or changed, {facts['orders_invalid']} left out (see exceptions)."
    ]
    lines += [f"Refused: {one['reason']}" for one in facts["refused"]]
    published = facts["published"]
    lines.append(f"Published {published}." if published else "They are in the ledger after the first `backfill`.")
    return "\n".join(lines)


def describe_upload(facts: dict[str, Any]) -> str:
    """Describe an upload: what was sent, or would be, and what was not and why."""
    lines = []
    if facts["sent"]:
        lines += [
            f"{one['order_number']}  is order {one['shipstation_order_id']} in ShipStation"
            for one in facts["uploaded"]
        ]
    else:
        lines += [f"{one['order_number']}  would be sent: {_goods(one['lines'])}" for one in facts["planned"]]
    lines += [f"{one['order_number']}  refused: {one['detail']}" for one in facts["refused"]]
    lines += [f"{one['order_number']}  not sent ({one['reason']}): {one['detail']}" for one in facts["held"]]
    if facts["sent"]:
        lines.append(f"{len(facts['uploaded'])} uploaded, {len(facts['held']) + len(facts['refused'])} not sent.")
    else:
        lines.append(f"Nothing was sent: {facts['why_nothing_is_sent']}. {len(facts['planned'])} would be.")
    return "\n".join(lines)


def _goods(lines: list[dict[str, Any]]) -> str:
    return ", ".join(f"{line['quantity']} x {line['sku_code']} - {line['lot_number']}" for line in lines)


def describe_outcome(facts: dict[str, Any]) -> str:
    """Describe what a job of any kind did."""
    describe = _BY_KIND.get(facts["kind"])
    return describe(facts) if describe else f"The {facts['kind']} is done."


_BY_KIND = {
    **dict.fromkeys(("sync", "backfill"), describe_cycle),
    **dict.fromkeys(CLOSES, describe_close),
    "reconcile": describe_comparison,
    "import-xcart": describe_import,
    "import-carrier-bill": describe_bill,
    "upload": describe_upload,
    "migrate": describe_migration,
    "backup": describe_backup,
    "retention": describe_retention,
}
