"""Reference data that cannot be right stops the build with a sentence that names file and row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_under_test import PROJECT, Ledger, failures, parse_project
from long_run import some_of

from workflows.config.reference_data import read_reference

# What is done to a file, and what the build says: rows are those of the file, whose first is the header.
SPOILED: dict[str, tuple[str, Callable[[str], str], str]] = {
    "an unknown SKU": (
        "sku_aliases",
        lambda text: text + "18999,11111,1,bundle,x\n",
        "row 65: component_sku 11111 is no product of skus.csv",
    ),
    "an overlapping span": (
        "pallet_factors",
        lambda text: text.replace("17904,81,2025-10-02", "17904,81,2025-10-01"),
        "row 4: valid_from 2025-10-01 of 17904 overlaps the row before it",
    ),
    "an empty rate": (
        "rate_card",
        lambda text: text.replace("handling,75,", "handling,,"),
        "row 3: rate_cents must be 0 or more",
    ),
    "a rate nobody wrote": (
        "rate_card",
        lambda text: "".join(line for line in text.splitlines(True) if not line.startswith("storage")),
        "row 4: charge_type has no row for storage; add one",
    ),
    "a stocked product without a pallet factor": (
        "pallet_factors",
        lambda text: text.replace("18795,222,2000-01-01,\n", ""),
        "row 7: sku_code has no row for 18795; add one",
    ),
    "a negative multiplier": (
        "sku_aliases",
        lambda text: text + "18999,17612,-2,bundle,x\n",
        "row 65: multiplier must be 1 or more",
    ),
    "a cycle of aliases": (
        "sku_aliases",
        lambda text: text + "18998,18999,1,bundle,x\n18999,18998,1,bundle,x\n",
        "row 65: component_sku 18999 is no product of skus.csv; an alias cannot refer to another alias",
    ),
    "an alias of itself": (
        "sku_aliases",
        lambda text: text + "17612,17612,2,bundle,x\n",
        "row 65: alias_sku 17612 is a product of skus.csv; it cannot be an alias",
    ),
    "a component twice": (
        "sku_aliases",
        lambda text: text + "18605,17904,2,bundle,x\n",
        "component_sku 17904 of 18605 is listed twice",
    ),
    "an unknown product on pallets": (
        "pallet_factors",
        lambda text: text + "11111,48,2000-01-01,\n",
        "row 8: sku_code 11111 is no product",
    ),
    "a rate with a gap": (
        "rate_card",
        lambda text: text + "order,400,x,1990-01-01,1999-12-30\n",
        "row 2: valid_from 2000-01-01 of order leaves the days before it without a value",
    ),
    "a second opening day": (
        "opening_balances",
        lambda text: text + "17612,250111,2025-10-01,5\n",
        "row 7: opening_date must be the same day",
    ),
    "a product twice": (
        "skus",
        lambda text: text + "17612,PT Kit,true,50\n",
        "row 2: sku_code 17612 is listed twice",
    ),
    "a number that is none": ("rate_card", lambda text: text.replace("425", "4.25 USD"), "Line: 2"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose files may be spoiled."""
    copy = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


@pytest.fixture(scope="module")
def ledger(project: Path, new_ledger: Callable[..., Ledger], tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    built = new_ledger()
    manifest = parse_project(tmp_path_factory.mktemp("parse"), project)
    return Ledger(built.home, manifest, project)


@pytest.mark.parametrize("what", some_of(SPOILED, 4))
def test_the_build_stops_at(what: str, project: Path, ledger: Ledger) -> None:
    seed, spoil, sentence = SPOILED[what]
    file = project / "seeds" / f"{seed}.csv"
    good = file.read_text()
    assert spoil(good) != good
    file.write_text(spoil(good))
    try:
        result = ledger.run("build", "--full-refresh", "--select", f"+stg_reference__{seed}")
    finally:
        file.write_text(good)
    assert not result.success
    assert f"seeds/{seed}.csv" in failures(result)
    assert sentence in failures(result)


def test_a_day_without_a_rate_is_refused_and_not_free(new_ledger: Callable[..., Ledger]) -> None:
    ledger = new_ledger()
    with ledger.connect() as connection:
        connection.execute("update seeds.pallet_factors set valid_from = '2025-11-01' where sku_code = '18795'")
    result = ledger.run("build", "--select", "int_stock_daily")
    assert "seeds/pallet_factors.csv: no factor for 18795 on 2025-09-19." in failures(result)


def test_characters_that_nobody_sees_in_a_file_change_nothing(
    project: Path, ledger: Ledger, new_ledger: Callable[..., Ledger]
) -> None:
    seeds = project / "seeds"
    files = [seeds / f"{name}.csv" for name in ("skus", "sku_aliases", "pallet_factors", "opening_balances")]
    good = {file: file.read_text() for file in files}
    query = "select * from staging.{} order by all"
    views = [f"stg_reference__{file.stem}" for file in files]
    with new_ledger().connect() as connection:
        before = [connection.execute(query.format(view)).fetchall() for view in views]
    for file, text in good.items():
        file.write_text(
            "\ufeff" + text.replace("17612,", "\u200b176\u00ad12\u200f,").replace("250237,", "250237\u200b,")
        )
    try:
        assert read_reference(seeds) == read_reference(PROJECT / "seeds")
        result = ledger.run("build", "--full-refresh", "--select", *(f"+{view}" for view in views))
        with ledger.connect() as connection:
            after = [connection.execute(query.format(view)).fetchall() for view in views]
    finally:
        for file, text in good.items():
            file.write_text(text)
    assert result.success, failures(result)
    assert after == before


def test_the_users_own_files_replace_the_rows_of_the_seeds_by_name_and_are_never_written(
    new_ledger: Callable[..., Ledger], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As seed paths outside of the project, they would be overwritten by dbt's compiled files."""
    for file in (PROJECT / "seeds").glob("*.csv"):
        shutil.copy(file, tmp_path)
    (tmp_path / "skus.csv").write_text(
        "is_key_product,reorder_point,product_name,sku_code\ntrue,5,A new kit,19001\n"
    )
    (tmp_path / "sku_aliases.csv").write_text("alias_sku,component_sku,multiplier,alias_kind,description\n")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setenv("SHIPLEDGER_REFERENCE", str(tmp_path))
    ledger = new_ledger()
    names = ("skus", "sku_aliases")
    result = ledger.run("build", "--full-refresh", "--select", *(f"+stg_reference__{name}" for name in names))
    assert result.success, failures(result)
    with ledger.connect() as connection:
        products = connection.execute(
            "select sku_code, product_name, is_key_product, reorder_point from staging.stg_reference__skus"
        ).fetchall()
        aliases = connection.execute("select count(*) from staging.stg_reference__sku_aliases").fetchall()
    assert (products, aliases) == ([("19001", "A new kit", True, 5)], [(0,)])
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
