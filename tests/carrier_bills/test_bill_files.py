"""Whole files: their encodings and delimiters, the formats, and what is refused with which sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from written_bills import STAMPS, STAMPS_HEADER, STAMPS_LINE, fedex, lines_of, ups_header, ups_line, written

from ingest.errors import BillUnknown, FileRefused
from ingest.sources.carrier_bills.mapping_file import read_mapping

_SEMICOLONS = STAMPS.replace(",", ";").replace("-$8.35", "-8,35")
_EUROPEAN = _SEMICOLONS.replace("10/03/2026", "2026-10-03")


@pytest.mark.parametrize(
    "content",
    [
        STAMPS.encode(),
        STAMPS.encode("utf-8-sig"),
        STAMPS.encode("utf-16"),
        STAMPS.encode("utf-16-le"),
        STAMPS.encode("utf-16-be"),
        STAMPS.replace("\n", "\r\n").encode(),
        STAMPS.replace(",", "\t").encode(),
        _EUROPEAN.encode(),
        STAMPS.replace("$100.00", "Müller").encode("cp1252"),
        STAMPS.replace("Print", '"Print"').replace("-$8.35", '"-$8.35"').encode(),
        STAMPS.rstrip("\n").encode(),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_the_same_bill_is_read_from_each_encoding_delimiter_and_line_end(tmp_path: Path, content: bytes) -> None:
    [line] = lines_of(written(tmp_path, content))
    found = {
        name: line[name]
        for name in ("line_number", "charged_on", "tracking_number", "amount_cents", "charge_kind")
    }
    assert found == {
        "line_number": 2,
        "charged_on": "2026-10-03",
        "tracking_number": "9400111899223000000123",
        "amount_cents": 835,
        "charge_kind": "base",
    }


_OTHER_LINE = STAMPS_LINE.replace("10/03", "10/04")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        (b"PK\x03\x04 workbook", "is a workbook or an archive"),
        (b"%PDF-1.7", "is a PDF"),
        (b"Date,Amount\n\0\0\0", "is not text"),
        (STAMPS_HEADER + "\n", "has no lines below its header"),
        (f"{STAMPS}10/04/2026,Print,94001", "line 3 has 3 columns instead of 5: the file is cut"),
        (f"{STAMPS}{_OTHER_LINE},more\n", "line 3 has 6 columns instead of 5"),
        (f'{STAMPS}10/04/2026,"Print', "Line 3 .* has a quoted cell that does not end"),
        (
            STAMPS.replace("9400111899223000000123", "1.2345E+21"),
            r'line 2, column 3 \("Tracking #"\): "1.2345E\+21" was a tracking number before a spreadsheet',
        ),
        (STAMPS.replace("-$8.35", "soon"), r'line 2, column 4 \("Amount"\): the text in it is not an amount. '),
        (STAMPS.replace("-$8.35", "€8.35"), "is not in US dollars"),
        (STAMPS.replace("-$8.35", ""), r'line 2, column 4 \("Amount"\): it is empty'),
        (
            _SEMICOLONS,
            r'line 2, column 1 \("Transaction Date"\) may be day/month or month/day in a file with decimal',
        ),
        (STAMPS.replace("Print", "Donation"), r"line 2, column 2 .* is not a known type of transaction"),
        (STAMPS.replace("Print", "Adjustment"), "line 2, column 4 .* may be a charge or a credit"),
        (
            f"{STAMPS}{_OTHER_LINE.replace('-', '')}\n10/05/2026,Adjustment,,-1.20,\n",
            "line 4, column 4 .* or a credit",
        ),
        # A refund that was taken back is a charge.
        (
            f"{STAMPS}{_OTHER_LINE.replace('Print', 'Refund')}\n",
            "line 3, column 4 .* is called money back, but its sign says otherwise",
        ),
        (STAMPS.replace("Print", "Purchase"), "line 2, column 2 .* is not a known type of transaction"),
        (
            STAMPS.replace("10/03/2026", "31/10/2026"),
            r'column 1 \("Transaction Date"\): "31/10/2026" is not a day',
        ),
        (f"{STAMPS}\n\n{_OTHER_LINE.replace('-$8.35', 'fre3')}\n", 'line 5, column 4 .*"fre3" is not an amount'),
        (_EUROPEAN + "2026-10-04;Print;9400111899223000000124;-1.500;\n", "line 3, column 4 .* of thousands"),
        (_EUROPEAN.replace("8,35", "1,500") + "2026-10-04;Print;;-8,3;\n", "line 2, column 4 .* of thousands"),
        (STAMPS.replace("-$8.35", "-1.500").replace("$100.00", ""), "line 2, column 4 .* of thousands"),
        (
            STAMPS.replace("Balance", "Amount"),
            'has more than one column "amount", so which one counts is unclear',
        ),
        (ups_line(currency="CAD"), "line 1, column 10: the text in it is not US dollars"),
        (ups_line(total="8.35", amount=""), "line 1, column 53: it is empty"),
        (
            fedex("9-1,794600000001,20261003,,3,L,Jane Doe,Fuel,1.00,,"),
            r'column 4 \("Net Charge Amount"\): it is empty',
        ),
        (ups_line() + ups_line()[:300], "line 2 has .* columns instead of 250: the file is cut"),
        ("".join(ups_line(amount="x") for _ in range(9)), "line 5, column 53: .*; and 4 more. Nothing was loaded"),
        (
            "Tracking #,Transaction Date,Transaction Type,Amount\n9400111899223000000123,10/03/2026,Print,-8.3",
            "Line 2 .* the last one, has no end, so its last cell may be cut",
        ),
    ],
)
def test_a_bad_file_is_refused_with_line_and_column(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        lines_of(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Name,Date\nJane,Springfield\n", 'Its known columns are "date"'),
        # Without a header it may be data, which no message repeats.
        ("Jane Doe,Springfield\n", "No cell of its first line is a known column. Nothing was loaded"),
        ("Jane Doe,10/03/2026,8.35\n", "its first line is not a header. Nothing was loaded"),
        (
            "Invoice Number,Express or Ground Tracking ID,Shipment Date,Net Charge Amount\n1,2,3,4\n",
            'nearest to a FedEx billing file, and lacks "rated weight amount"',
        ),
    ],
)
def test_an_unknown_file_is_refused_by_its_header_with_the_nearest_format(
    tmp_path: Path, content: str, sentence: str
) -> None:
    with pytest.raises(BillUnknown, match=sentence):
        lines_of(written(tmp_path, content))


@pytest.mark.parametrize(
    ("carrier", "is_taken"),
    [("ups", True), ("ups_walleted", True), ("fedex", False), ("stamps_com", False), ("upsilon", False)],
)
def test_another_carriers_file_is_refused_with_what_it_looks_like(
    tmp_path: Path, carrier: str, is_taken: bool
) -> None:
    path = written(tmp_path, ups_line())
    if is_taken:
        assert len(lines_of(path, carrier=carrier)) == 1
    else:
        with pytest.raises(FileRefused, match=f"looks like a UPS billing file, not like a bill of {carrier}"):
            lines_of(path, carrier=carrier)


@pytest.mark.parametrize(
    ("code", "charge", "amount", "kind"),
    [
        ("FRT", "Ground Residential", "8.35", "base"),
        ("FSC", "Fuel Surcharge", "1.00", "fuel"),
        ("ACC", "Residential Surcharge", "4.10", "surcharge"),
        ("ACC", "Some new fee", "4.10", "surcharge"),
        ("MSC", "Shipping Charge Correction Weight", "3.50", "weight"),
        ("MSC", "Large Package Dimensions", "3.50", "dimensions"),
        ("TAX", "Sales Tax", "0.50", "tax"),
        ("FRT", "Ground Residential", "(8.35)", "refund"),
    ],
)
def test_a_line_of_ups_is_a_charge_of_its_kind(
    tmp_path: Path, code: str, charge: str, amount: str, kind: str
) -> None:
    [line] = lines_of(written(tmp_path, ups_line(code=code, charge=charge, amount=amount, weight="5", unit="LBS")))
    assert (line["charge_kind"], line["description"], line["billed_ounces"]) == (kind, charge, 80.0)


@pytest.mark.parametrize(("section", "kind"), [("SHP", "base"), ("", "base"), ("ADJ", "other"), ("RTN", "other")])
def test_only_the_freight_of_a_shipment_is_the_base_charge_and_no_correction_of_it(
    tmp_path: Path, section: str, kind: str
) -> None:
    row = ups_line(section=section)
    for content in (row, ups_header() + row):
        assert [line["charge_kind"] for line in lines_of(written(tmp_path, content))] == [kind]


@pytest.mark.parametrize(
    ("pairs", "net", "charges"),
    [
        ("Fuel Surcharge,1.00,Residential,4.10", "13.45", [("base", 835), ("fuel", 100), ("surcharge", 410)]),
        # Discounts are part of the freight.
        ("Fuel Surcharge,1.00,Earned Discount,-2.00", "7.35", [("base", 635), ("fuel", 100)]),
        ("Transportation Charge,8.35,Fuel Surcharge,1.00", "9.35", [("base", 0), ("base", 835), ("fuel", 100)]),
        (",,,", "8.35", [("base", 835)]),
        ("Fuel Surcharge,-1.00,,", "-9.35", [("refund", -935)]),
    ],
)
def test_a_row_of_fedex_adds_up_to_its_net_charge(
    tmp_path: Path, pairs: str, net: str, charges: list[tuple[str, int]]
) -> None:
    path = written(tmp_path, fedex(f"9-1,794600000001,20261003,{net},3,L,Jane Doe,{pairs}"))
    assert [(line["charge_kind"], line["amount_cents"]) for line in lines_of(path)] == charges


@pytest.mark.parametrize("sign", ["-", ""])
def test_a_list_of_transactions_has_charges_with_or_without_a_minus(tmp_path: Path, sign: str) -> None:
    back = "" if sign else "-"
    rows = [("Adjustment", f"{sign}1.20"), ("Print", f"{sign}8.35"), ("Refund", f"{back}8.35"), ("Purchase", "50")]
    numbers = {"Purchase": ""}
    body = "".join(
        f"10/03/2026,{kind},{numbers.get(kind, '9400111899223000000123')},{amount},0\n" for kind, amount in rows
    )
    lines = lines_of(written(tmp_path, f"{STAMPS_HEADER}\n{body}"))
    kinds = [(line["charge_kind"], abs(line["amount_cents"])) for line in lines]
    assert kinds == [("other", 120), ("base", 835), ("refund", 835), ("payment", 5000)]
    assert [line["amount_cents"] > 0 for line in lines[:3]] == [True, True, False]


def test_a_refusal_repeats_no_name_or_address(tmp_path: Path) -> None:
    for text in ("Jane Doe", "12 Main Street", "jane2@example.com"):
        with pytest.raises(
            FileRefused, match=r'column 3 \("Tracking #"\): the text in it is not a tracking number'
        ):
            lines_of(written(tmp_path, STAMPS.replace("9400111899223000000123", text)))


def test_ups_file_with_a_header_has_the_same_lines_as_one_without(tmp_path: Path) -> None:
    row = ups_line(reference="100482", lead="1Z999AA10123456799", weight="3", unit="L")
    bare, headed = (
        lines_of(written(tmp_path, text, name)) for text, name in ((row, "a"), (ups_header() + row, "b"))
    )
    assert (bare[0]["reference"], bare[0]["lead_number"]) == ("100482", "1Z999AA10123456799")
    places = ("line_key", "bill_id", "line_number")
    assert [{key: value for key, value in line.items() if key not in places} for line in headed] == [
        {key: value for key, value in line.items() if key not in places} for line in bare
    ]


@pytest.mark.parametrize(
    ("kind", "description", "amount", "found"),
    [
        ("Postage Printed", "Priority Mail", "-8.35", ("base", 835)),
        ("Label Refund", "Priority Mail", "8.35", ("refund", -835)),
        ("Adjustment", "Weight", "-1.20", ("weight", 120)),
        ("Adjustment", "", "1.20", ("refund", -120)),
        ("Adjustment", "Short payment", "-1.20", ("other", 120)),
        ("Account Fee", "", "-15.00", ("other", 1500)),
    ],
)
def test_a_transaction_is_a_charge_or_a_credit_by_the_sign_of_printed_postage(
    tmp_path: Path, kind: str, description: str, amount: str, found: tuple[str, int]
) -> None:
    header = "Transaction Date,Transaction Type,Description,Tracking #,Amount,Balance"
    rows = f"10/03/2026,{kind},{description},9400111899223000000123,{amount},0\n10/03/2026,Print,,,-7.00,0\n"
    line = lines_of(written(tmp_path, f"{header}\n{rows}"))[0]
    assert (line["charge_kind"], line["amount_cents"]) == found


@pytest.mark.parametrize(
    ("charge", "amount", "kind"),
    [
        ("Late Payment Fee", "4.10", "surcharge"),
        ("Payment Processing Fee", "4.10", "surcharge"),
        ("Credit Card Surcharge", "4.10", "surcharge"),
        ("Early AM - Guaranteed", "44.10", "surcharge"),
        ("Payment received", "-44.10", "payment"),
        ("Duty Payment", "-4.10", "refund"),
        ("Guaranteed Service Refund", "-8.35", "refund"),
    ],
)
def test_only_money_back_is_a_refund_and_a_fee_is_no_payment(
    tmp_path: Path, charge: str, amount: str, kind: str
) -> None:
    # What has a tracking number is no payment.
    number = "" if kind == "payment" else "1Z999AA10123456784"
    [line] = lines_of(written(tmp_path, ups_line(code="ACC", charge=charge, amount=amount, tracking=number)))
    assert line["charge_kind"] == kind


def test_numbered_headers_are_read_as_the_mapping_names_them(tmp_path: Path) -> None:
    mapping = "carrier = 'dhl'\n[columns]\ntracking_number = 'Waybill'\ncharged_on = 'Day'\namount = 'Charge 2'\n"
    form = read_mapping(written(tmp_path, mapping, "dhl.toml"))
    bill = written(tmp_path, "Waybill,Day,Charge 1,Charge 2\nJD0146000031,2026-10-03,1.00,2.00\n")
    assert [line["amount_cents"] for line in lines_of(bill, mapping=form)] == [200]


def test_amounts_of_both_ways_to_write_thousands_are_read_if_no_other_is_possible(tmp_path: Path) -> None:
    rows = STAMPS.replace("-$8.35", '"-$1,234"') + "10/03/2026,Print,,-0.500,\n10/03/2026,Print,,-8.3500,\n"
    assert [line["amount_cents"] for line in lines_of(written(tmp_path, rows))] == [123400, 50, 835]


def test_of_a_free_text_only_known_words_are_kept(tmp_path: Path) -> None:
    content = "Date,Tracking #,Adjustment Reason,Adjustment Amount\n"
    content += "2026-10-03,9400111899223000000123,Weight of Jane Doe,1.20\n"
    [line] = lines_of(written(tmp_path, content))
    assert (line["charge_kind"], line["description"]) == ("weight", "weight")
