"""What jobs tell of themselves, as plain functions: windows that add up, errors as sentences, runs as rows."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from dbos._dbos import _get_or_create_dbos_registry

from workflows.cli.worker import WORKFLOW_MODULES
from workflows.config.job_kinds import CONCURRENT, KINDS
from workflows.cycle.cycle_workflows import _add
from workflows.cycle.dbt_runner import _one_line
from workflows.cycle.worker_context import _run_of, errors_as_sentences
from workflows.errors import BuildFailed, Cancelled, ShipledgerError
from workflows.jobs.client import Job

NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)


SUMMED = {
    *(f"{table}_{what}" for table in ("orders", "shipments", "fulfillments") for what in ("fetched", "changed")),
    *("orders_new", "orders_manual", "orders_updated", "labels_new"),
    *("api_requests", "api_seconds", "load_seconds"),
}


def window(number: int, **more: object) -> dict[str, object]:
    counted = dict.fromkeys(SUMMED, number)
    marks = {"watermark_before": NOON - timedelta(days=number), "watermark_after": NOON + timedelta(days=number)}
    return {**counted, **marks, "finished": False, **more}


def test_the_windows_of_a_backfill_add_up_from_the_first_watermark_to_the_last() -> None:
    facts: dict[str, object] = {}
    for one in (window(1), window(20), window(300, finished=True)):
        facts = _add(facts, one)
    assert {facts[name] for name in SUMMED} == {321}
    assert facts["watermark_before"] == NOON - timedelta(days=1)
    assert facts["watermark_after"] == NOON + timedelta(days=300)
    assert facts["finished"] is True


def test_a_known_error_is_passed_on_and_another_is_a_sentence_that_names_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = BuildFailed("The build failed.", ["a"])
    with pytest.raises(BuildFailed) as caught, errors_as_sentences("build"):
        raise known
    assert caught.value is known
    with caplog.at_level(logging.WARNING), pytest.raises(ShipledgerError) as sentence, errors_as_sentences("load"):
        raise KeyError("customer Dana Smith")
    assert "The step 'load' failed unexpectedly (KeyError)" in str(sentence.value)
    assert "Dana" not in str(sentence.value)
    assert "customer Dana Smith" in caplog.text


def test_a_cancelled_job_says_so_whatever_its_library_made_of_it() -> None:
    with pytest.raises(Cancelled, match="was cancelled"), errors_as_sentences("load"):
        try:
            try:
                raise Cancelled("The sync (run 1) was cancelled.")
            except Cancelled as problem:
                raise RuntimeError("extraction failed") from problem
        except RuntimeError:
            raise OSError("pipeline failed") from None


def test_a_run_has_the_facts_of_its_job_and_how_it_ended() -> None:
    job = Job("run", "sync", "failed", "mary", NOON, None, NOON, {}, None, ShipledgerError("no room"), {})
    run = _run_of(job)
    assert (run.started_at, run.status, run.actor, run.error) == (NOON, "failed", "mary", "no room")
    facts = {"orders_changed": 3, "status": "nonsense", "error": "nonsense", "unheard_of": 1}
    began = NOON + timedelta(minutes=1)
    run = _run_of(Job("run", "sync", "success", "mary", NOON, began, NOON, {}, facts, None, {}))
    assert (run.started_at, run.status, run.orders_changed, run.error) == (began, "success", 3, None)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\n  b\tc ", "a b c"), ("x" * 300, "x" * 300), ("x" * 301, "x" * 297 + "...")],
)
def test_an_error_of_many_lines_is_one_line_of_three_hundred_signs_at_most(text: str, line: str) -> None:
    assert _one_line(text) == line


def test_a_worker_knows_the_workflow_of_every_kind() -> None:
    for module in WORKFLOW_MODULES:
        import_module(module)
    assert {*KINDS, *CONCURRENT} <= set(_get_or_create_dbos_registry().workflow_info_map)
