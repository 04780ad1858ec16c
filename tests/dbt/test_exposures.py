"""The exposures name the tables that pages, reports and other readers name in their SQL, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tables_read import names_reached, tables_in, tables_named, tables_read

from tests.contract_tables import NAMES, TABLES

PROJECT = Path(__file__).resolve().parents[2]
EXPOSURES = yaml.safe_load((PROJECT / "dbt_project" / "models" / "exposures.yml").read_text())["exposures"]
VIEWS = sorted(path.stem for path in (PROJECT / "streamlit_app" / "views").glob("[a-z]*.py"))
# Queries on the marts that nobody reads anything with.
NO_READER = {
    "workflows.cycle.publishing:_finish": "writes the end of the run into the snapshot it publishes",
    **dict.fromkeys(
        (f"workflows.cycle.lost_rows:{name}" for name in ("_LOST", "_COUNTED", "_GAP_ENDS", "_remove_explained")),
        "compares a build with the last snapshot before it is published",
    ),
}


def code_of(exposure: dict[str, Any]) -> list[str]:
    return exposure.get("config", {}).get("meta", {}).get("code", [])


def tables_of(exposure: dict[str, Any]) -> set[str]:
    models = [re.fullmatch(r"ref\('(\w+)'\)", depended) for depended in exposure["depends_on"]]
    return {NAMES.get(model[1], model[1]) for model in models if model}


@pytest.mark.parametrize("exposure", [one for one in EXPOSURES if code_of(one)], ids=lambda one: one["name"])
def test_an_exposure_names_what_its_queries_read(exposure: dict[str, Any]) -> None:
    assert tables_of(exposure) == set().union(*map(tables_read, code_of(exposure)))


def test_every_query_on_a_published_table_belongs_to_an_exposure() -> None:
    reached = {name for exposure in EXPOSURES for entry in code_of(exposure) for name in names_reached(entry)}
    assert tables_named().keys() - reached == NO_READER.keys()


def test_other_programs_may_read_every_published_table() -> None:
    (whole,) = (exposure for exposure in EXPOSURES if not code_of(exposure))
    assert whole["name"] == "published_snapshot"
    assert tables_of(whole) == TABLES.keys()


@pytest.mark.parametrize(
    "view", sorted((PROJECT / "streamlit_app" / "views").glob("[a-z]*.py")), ids=lambda p: p.stem
)
def test_every_page_is_an_exposure_unless_it_reads_no_published_table(view: Path) -> None:
    entry = f"streamlit_app.views.{view.stem}:show"
    assert any(entry in code_of(exposure) for exposure in EXPOSURES) == bool(tables_read(entry))


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select * from marts.lots as lots inner join ledger.marts.skus using (sku_code)", {"lots", "skus"}),
        ("from marts.lots where {condition}", {"lots"}),
        ("select 1 -- not from marts.lots", set()),
        ("select 'marts.lots' as name", set()),
        ("The marts. Lots of them.", set()),
        ("It's no SQL, marts.lots", set()),
    ],
)
def test_tables_are_found_in_whole_statements_and_in_pieces_of_them(sql: str, tables: set[str]) -> None:
    assert tables_in(sql) == tables
