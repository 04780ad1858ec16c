"""Reference files of the user's own: `init` writes them, `check-reference` checks them, everything reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine

FILES = [
    "accounts.csv",
    "opening_balances.csv",
    "pallet_factors.csv",
    "rate_card.csv",
    "sku_aliases.csv",
    "skus.csv",
]


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home", "http://127.0.0.1:9")


@pytest.fixture
def own(cli: CommandLine, tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    written = cli.run("init", str(folder))
    assert (written.code, written.facts["written"], written.facts["kept"]) == (0, FILES, [])
    return folder


def test_init_never_overwrites_a_file(cli: CommandLine, own: Path) -> None:
    (own / "skus.csv").write_text("mine")
    (own / "rate_card.csv").unlink()
    again = cli.run("init", str(own))
    assert again.facts["written"] == ["rate_card.csv"]
    assert again.facts["kept"] == [name for name in FILES if name != "rate_card.csv"]
    assert (own / "skus.csv").read_text() == "mine"
    assert cli.run("init", str(own / "skus.csv")).code == 78
    assert cli.run("init", str(own.parent / "the owner's")).code == 78
    assert not (own.parent / "the owner's").exists()


def test_what_is_wrong_in_the_values_is_listed_with_file_row_and_column(cli: CommandLine, own: Path) -> None:
    rates, factors, aliases = (own / f"{name}.csv" for name in ("rate_card", "pallet_factors", "sku_aliases"))
    rates.write_text(rates.read_text().replace("425", "4.25 USD"))
    factors.write_text(factors.read_text().replace("17612,48", "17612,0"))
    aliases.write_text(aliases.read_text() + "18999,11111,1,bundle,x\n18999,17612,-2,bundle,x\n")
    openings = own / "opening_balances.csv"
    openings.write_text(openings.read_text().replace("2025-09-19", "19.09.2025", 1))
    before = {file: file.read_bytes() for file in own.iterdir()}
    checked = cli.run("check-reference", SHIPLEDGER_REFERENCE=str(own))
    assert checked.code == 1
    assert [(one["file"], one["row"], one["column"]) for one in checked.facts["problems"]] == [
        ("opening_balances.csv", 2, "opening_date"),
        ("pallet_factors.csv", 2, "units_per_pallet"),
        ("rate_card.csv", 2, "rate_cents"),
        ("sku_aliases.csv", 65, "component_sku"),
        ("sku_aliases.csv", 66, "multiplier"),
    ]
    assert {file: file.read_bytes() for file in own.iterdir()} == before
    assert not cli.home.exists()


def test_files_that_cannot_be_read_are_listed_and_those_that_are_shipped_are_valid(
    cli: CommandLine, own: Path
) -> None:
    (own / "opening_balances.csv").write_text("\n17612,250237,2025-09-19,1019\n")
    (own / "pallet_factors.csv").write_bytes(b"sku_code,units_per_pallet\xff")
    (own / "rate_card.csv").unlink()
    aliases, skus = own / "sku_aliases.csv", own / "skus.csv"
    aliases.write_text(aliases.read_text().replace("alias_kind", "kind"))
    skus.write_text(skus.read_text() + "17999,A name\n")
    checked = cli.run("check-reference", SHIPLEDGER_REFERENCE=str(own))
    assert [(one["file"], one["row"], one["column"]) for one in checked.facts["problems"]] == [
        *(("opening_balances.csv", 1, name) for name in ("lot_number", "opening_date", "quantity", "sku_code")),
        ("pallet_factors.csv", 0, ""),
        ("rate_card.csv", 0, ""),
        ("sku_aliases.csv", 1, "alias_kind"),
        ("sku_aliases.csv", 1, "kind"),
        ("skus.csv", 9, "product_name"),
    ]
    shipped = cli.run("check-reference")
    assert (shipped.code, shipped.facts["problems"]) == (0, [])


def test_an_entry_is_checked_against_the_users_own_products(cli: CommandLine, own: Path) -> None:
    words = "receive", "--sku", "19001", "--lot", "260101", "--quantity", "5"
    assert cli.run(*words).code == 2
    skus = own / "skus.csv"
    skus.write_text(skus.read_text() + "19001,A new kit,true,10\n")
    assert cli.run(*words, SHIPLEDGER_REFERENCE=str(own)).code == 0
