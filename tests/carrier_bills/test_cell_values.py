"""The cells of a carrier's file: what is read, and what is refused. Pure, as tables."""

from __future__ import annotations

import pytest

from ingest.sources.carrier_bills.cell_values import (
    CellRefused,
    cents,
    day,
    decimal_sign,
    dimensions,
    identifier,
    lead_number,
    order_of_day,
    ounces,
    reference,
    tracking_number,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("8.35", 835),
        ("$1,234.50", 123450),
        ("US$ 12", 1200),
        ("12.00 USD", 1200),
        ("(12.00)", -1200),
        ("($1,200.05)", -120005),
        ("12.00-", -1200),
        ("-$12.5", -1250),
        ("\u221212.00", -1200),
        ("12.00 CR", -1200),
        ("1.234,50", 123450),
        ("3,50", 350),
        ("1,234", 123400),
        (".99", 99),
        ("8.3500", 835),
        ("", 0),
        (" ", 0),
    ],
)
def test_an_amount_is_read_in_whole_cents(text: str, amount: int) -> None:
    assert cents(text) == amount


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "whole number of cents"),
        ("€ 12.00", "not in US dollars"),
        ("CA$12.00", "not in US dollars"),
        ("12.00 EUR", "not in US dollars"),
        ("1.2E+3", "changed by a spreadsheet"),
        ("1,23,4", "not an amount"),
        ("12.0.0", "not an amount"),
        ("free", "not an amount"),
        ("-", "not an amount"),
        ("99999999999.00", "larger than any bill"),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_or_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CellRefused, match=reason):
        cents(text)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-10-03", "2026-10-03"),
        ("2026-10-03T08:00:00", "2026-10-03"),
        ("20261003", "2026-10-03"),
        ("10/3/2026", "2026-10-03"),
        ("10/03/2026 02:14 PM", "2026-10-03"),
        ("10/3/26", "2026-10-03"),
        ("", None),
    ],
)
def test_a_day_is_read(text: str, iso: str | None) -> None:
    assert day(text) == iso


@pytest.mark.parametrize("text", ["31/10/2026", "2026-13-01", "20261301", "3. Oct 2026", "45933"])
def test_another_day_is_refused(text: str) -> None:
    with pytest.raises(CellRefused, match="is not a day"):
        day(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1z999aa10123456784", "1Z999AA10123456784"),
        (" 9400 1118 9922 3000 0001 23 ", "9400111899223000000123"),
        ('="9400111899223000000123"', "9400111899223000000123"),
        ("'9400111899223000000123", "9400111899223000000123"),
        ("420627019400111899223000000123", "9400111899223000000123"),
        ("4206270112349400111899223000000123", "9400111899223000000123"),
        ("", None),
        ("N/A", None),
        ("0", None),
    ],
)
def test_a_tracking_number_is_the_one_on_the_label(text: str, number: str | None) -> None:
    assert tracking_number(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.2345E+21", "spreadsheet rounded it"),
        ("9,40011E+21", "spreadsheet rounded it"),
        ("9400111899223010000000", "spreadsheet rounded it"),
        ("Jane Doe, Springfield", "is not a tracking number"),
        ("Jane Doe", "is not a tracking number"),
        ("1234 Main Street", "is not a tracking number"),
        ("12345", "is not a tracking number"),
    ],
)
def test_a_spoilt_tracking_number_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CellRefused, match=reason):
        tracking_number(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("671825", "671825"), ("#100482", "100482"), ("702-0000001-0000007", "702-0000001-0000007")]
    + [("SO-1001", "SO-1001"), ("N8", "N8")]
    + [(text, None) for text in ("", "Jane Doe", "Jane", "12 Main Street", "jane@example.com", "jane.doe85")]
    + [(text, None) for text in ("555-234-5678", "+15552345678", "5552345678")],
)
def test_only_a_reference_that_can_be_an_order_number_is_kept(text: str, kept: str | None) -> None:
    assert reference(text) == kept


@pytest.mark.parametrize(
    ("text", "unit", "weight"),
    [
        ("2.5", "L", 40.0),
        ("40 oz", "", 40.0),
        ("3", "lbs", 48.0),
        ("1", "kg", 35.27),
        ("1,5", "kg", 52.91),
        ("1,500", "g", 52.91),
        ("0", "L", None),
        ("", "L", None),
    ],
)
def test_a_weight_is_in_ounces(text: str, unit: str, weight: float | None) -> None:
    assert ounces(text, unit) == weight


@pytest.mark.parametrize(
    ("text", "unit", "sides"),
    [
        ("4.0x 9.0x 12.0", "", "12 x 9 x 4 in"),
        ("10 x 8.5 x 4 in", "", "10 x 8.5 x 4 in"),
        ("30 x 20 x 10", "cm", "11.8 x 7.9 x 3.9 in"),
        ("0 x 0 x 0", "", None),
        ("", "", None),
    ],
)
def test_dimensions_are_in_inches_the_longest_first(text: str, unit: str, sides: str | None) -> None:
    assert dimensions(text, unit) == sides


@pytest.mark.parametrize(
    ("read", "text"), [(ounces, "2 stones"), (ounces, "heavy"), (dimensions, "12 x 9"), (dimensions, "big 1")]
)
def test_other_sizes_are_refused(read: object, text: str) -> None:
    with pytest.raises(CellRefused):
        read(text, "")  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("9-000-00001", "9-000-00001"), ("T00000012", "T00000012")]
    + [(text, None) for text in ("", "Jane", "Jane Doe 85", "jane@example.com", "555-234-5678")],
)
def test_only_the_number_of_an_invoice_or_transaction_is_kept(text: str, kept: str | None) -> None:
    assert identifier(text) == kept


def test_the_number_of_the_shipment_is_kept_if_it_is_a_tracking_number() -> None:
    assert lead_number("1z999aa10123456784") == "1Z999AA10123456784"
    assert lead_number("Jane Doe") is None


@pytest.mark.parametrize(
    ("text", "order"),
    [("10/13/2026", "month first"), ("10/3/2026 2:14 PM", "unclear"), ("10/10/2026", None), ("2026-10-03", None)],
)
def test_a_day_says_whether_its_month_comes_first(text: str, order: str | None) -> None:
    assert order_of_day(text) == order


@pytest.mark.parametrize(
    ("text", "sign"),
    [("8,35", ","), ("1.234,5", ","), ("8.35", "."), ("1,234.50", "."), ("1,234,567", "."), (".5", ".")]
    + [(text, ".") for text in ("0.500", "8.3500")]
    + [("12", None), ("", None), ("1.500", "?."), ("$1,234", "?,"), ("(12.000)", "?.")],
)
def test_an_amount_says_which_sign_its_decimals_have(text: str, sign: str | None) -> None:
    assert decimal_sign(text) == sign
