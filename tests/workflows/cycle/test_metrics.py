"""The semantic models: valid for whoever queries them, and each metric the figure that the reports print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt.contracts.graph.semantic_manifest import SemanticManifest
from dbt_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator
from homes import settings_of
from metric_figures import Metrics

from tests.reports.report_snapshot import OCTOBER, bill, business, write_snapshot
from workflows.config.periods import period_of
from workflows.cycle.dbt_runner import Modelling
from workflows.reports.daily import summarize_day
from workflows.reports.document import Document, Figures, Table
from workflows.reports.monthly import bill_month
from workflows.reports.snapshot_source import Source, open_snapshot
from workflows.reports.weekly import report_week

CHARGES = ("order_charges", "handling_charges", "storage_charges", "postage")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    home = tmp_path_factory.mktemp("parsed")
    return Modelling(settings_of(home).model_copy(update={"home": home})).manifest()


@contextmanager
def opened(path: Path, manifest: Any) -> Iterator[tuple[Source, Metrics]]:
    with open_snapshot(path, "en-US") as source:
        yield source, Metrics(manifest, source.connection)


@pytest.fixture(scope="module")
def published(built_home: Path, manifest: Any) -> Iterator[tuple[Source, Metrics]]:
    with opened((built_home / "published" / "current.duckdb").resolve(), manifest) as both:
        yield both


def printed(document: Document) -> dict[str, Any]:
    return {
        figure.label: figure.value
        for part in document.parts
        if isinstance(part, Figures)
        for figure in part.figures
    }


def table(document: Document, title: str) -> Table:
    return next(part for part in document.parts if isinstance(part, Table) and part.title.startswith(title))


def days(source: Source) -> list[date]:
    return [row["charge_date"] for row in source.rows("from marts.charge_report_daily order by 1")]


def test_the_semantic_models_and_metrics_are_valid_for_whoever_queries_them(manifest: Any) -> None:
    semantic = SemanticManifest(manifest)._get_pydantic_semantic_manifest()
    assert SemanticManifestValidator().validate_semantic_manifest(semantic).all_issues == ()
    assert {spine.primary_column.name for spine in semantic.project_configuration.time_spines} == {"date_day"}


def test_every_measure_is_a_metric(manifest: Any) -> None:
    measures = {measure.name for model in manifest.semantic_models.values() for measure in model.measures}
    assert measures == {metric.type_params.measure.name for metric in manifest.metrics.values()}


def test_a_days_metrics_are_those_of_its_report(published: tuple[Source, Metrics]) -> None:
    source, metrics = published
    for day in days(source):
        summary = summarize_day(source, day)
        shown = printed(summary)
        for label, name in {
            "Orders shipped": "orders_shipped",
            "Packages": "packages_shipped",
            "Units shipped": "units_shipped",
        }.items():
            assert metrics.figure(name, day, day) == shown[label], (day, name)
        on_hand = {row["sku_code"]: row["quantity_on_hand"] for row in table(summary, "Stock").rows}
        assert metrics.by("units_on_hand", "product", day, day) == on_hand, day


def test_a_weeks_metrics_are_those_of_its_report(published: tuple[Source, Metrics]) -> None:
    source, metrics = published
    weeks = source.rows("select distinct week_start_date as monday from marts.weekly_inventory_report order by 1")
    assert len(weeks) > 3
    for monday in (row["monday"] for row in weeks):
        report, sunday = report_week(source, monday), monday + timedelta(days=6)
        # Before the first shipment no day is known: the metric is empty, the report says 0.
        assert (metrics.figure("units_shipped", monday, sunday) or 0) == printed(report)["Units shipped"], monday
        assert metrics.figure("units_on_hand", monday, sunday) == printed(report)["Units on hand"], monday
        lasting = {row["sku_code"]: row["days_of_supply"] for row in table(report, "Stock").rows}
        assert metrics.by("days_of_supply", "product", monday, sunday) == lasting, monday
        known = [days for days in lasting.values() if days is not None]
        assert metrics.figure("days_of_supply", monday, sunday) == min(known, default=None), monday


def test_a_months_metrics_are_those_of_its_invoice(published: tuple[Source, Metrics]) -> None:
    source, metrics = published
    months = sorted({day.replace(day=1) for day in days(source)})
    assert len(months) > 1
    for month in months:
        assert_same_as_invoice(source, metrics, month)


def test_what_an_invoice_restates_is_the_metric_of_its_restatement_line(tmp_path: Path, manifest: Any) -> None:
    october = bill(business()["charge_report_daily"], restated=-1889)
    with opened(write_snapshot(tmp_path / "s.duckdb", october), manifest) as (source, metrics):
        assert metrics.figure("restated", OCTOBER, OCTOBER) == -1889
        assert_same_as_invoice(source, metrics, OCTOBER)


def assert_same_as_invoice(source: Source, metrics: Metrics, month: date) -> None:
    invoice, last = bill_month(source, month, 1), period_of("eom", month).last
    shown = printed(invoice)
    assert metrics.figure("pallet_days", month, last) == shown["Pallet-days"], month
    assert metrics.figure("billed", month, last) == shown["Total due"], month
    amounts: dict[str, int] = {}
    for line in table(invoice, "Charges").rows:
        amounts[line["charge_kind"]] = amounts.get(line["charge_kind"], 0) + line["amount"]
    assert metrics.by("billed", "charge_kind", month, last) == amounts, month
    charged = {name: metrics.figure(name, month, last) for name in CHARGES}
    totals = table(invoice, "Day by day").totals or {}
    kinds = ("order_charge_cents", "handling_charge_cents", "storage_charge_cents", "postage_cents")
    assert charged == {name: totals[kind] for name, kind in zip(CHARGES, kinds, strict=True)}, month
    assert metrics.figure("charges", month, last) == totals["total_cents"], month
