"""The bills of a month against its labels: each planted difference is found, through sandbox and build."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from billed_month import Billed
from command_line import CommandLine
from homes import settings_of
from written_bills import ups_line, written

from sandbox.carrier_bills import PLANTED
from workflows.entries.month_files import file_of, hash_of
from workflows.monitoring.exception_kinds import exception_kind

WHOLE_BILLS = ("ups", "fedex", "stamps_com")
_EXTRA = {"weight": 350, "dimensions": 512, "surcharge": 410}
_COST = "bill_state, adjustment_reasons, billed_cents, disputed_cents, final_cost_cents, difference_cents"


def classes_of(billed: Billed, shipment_id: int) -> dict[str, int]:
    """What the lines of a label add up to, by class."""
    return dict(
        billed.published(
            f"select line_class, sum(amount_cents)::bigint from marts.carrier_bill_lines"
            f" where shipment_id = {shipment_id} group by 1"
        )
    )


def cost_of(billed: Billed, shipment_id: int) -> tuple[object, ...]:
    [row] = billed.published(f"select {_COST} from marts.label_costs where shipment_id = {shipment_id}")
    return row


@pytest.mark.parametrize("carrier", WHOLE_BILLS)
@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_difference_is_found_and_named(billed: Billed, carrier: str, kind: str) -> None:
    labels = billed.planted[carrier].get(kind, {})
    # A list of Stamps.com's says nothing of shipments with several pieces.
    assert len(labels) == (0 if (carrier, kind) == ("stamps_com", "pieces") else 2)
    for label, paid in labels.items():
        cost = billed.costs.get(label, 0)
        if kind in _EXTRA:
            assert classes_of(billed, label) == {"equal": cost, "adjusted": _EXTRA[kind]}
            assert cost_of(billed, label) == ("billed", kind, paid, 0, paid, _EXTRA[kind])
        elif kind == "billed_twice":
            assert classes_of(billed, label) == {"equal": cost, "billed_twice": cost}
            assert cost_of(billed, label) == ("billed", None, 2 * cost, cost, cost, 0)
        elif kind == "twice_refunded":
            assert classes_of(billed, label) == {"equal": cost, "refund": 0}
            assert cost_of(billed, label) == ("billed", None, cost, 0, cost, 0)
        elif kind == "pieces":
            assert classes_of(billed, label) == {"equal": cost}
            assert cost_of(billed, label) == ("billed", None, cost, 0, cost, 0)
        elif kind == "refund":
            assert classes_of(billed, label) == {"equal": cost, "refund": -cost}
            assert cost_of(billed, label) == ("billed", None, 0, 0, 0, -cost)
        elif kind == "never_billed":
            assert classes_of(billed, label) == {}
            assert cost_of(billed, label) == ("never_billed", None, None, 0, cost, 0)
        elif kind == "by_reference":
            assert classes_of(billed, label) == {"equal": cost}
            assert billed.published(
                f"select distinct matched_by from marts.carrier_bill_lines where shipment_id = {label}"
            ) == [("reference",)]
        elif kind == "voided_but_billed":
            assert classes_of(billed, label) == {"voided_but_billed": paid}
            assert cost_of(billed, label) == ("billed", None, paid, paid, 0, 0)
        elif kind == "void_refunded":
            assert classes_of(billed, label) == {"refund": 0}
            assert cost_of(billed, label) == ("billed", None, 0, 0, 0, 0)
        elif kind == "void_partly_refunded":
            assert sum(classes_of(billed, label).values()) == paid > 0
            assert cost_of(billed, label) == ("billed", None, paid, paid, 0, 0)
    if kind == "not_ours":
        found = billed.published(
            "select amount_cents, dispute_cents from marts.carrier_bill_lines"
            f" where line_class = 'not_ours' and carrier_code = '{carrier}'"
        )
        assert found == [(paid, paid) for paid in labels.values()]


def test_adjustments_of_shipstation_are_added_to_what_the_labels_cost(billed: Billed) -> None:
    for kind, labels in billed.planted["shipstation"].items():
        for label, paid in labels.items():
            cost = billed.costs[label]
            assert classes_of(billed, label) == {"adjusted": paid}
            assert cost_of(billed, label) == ("billed", kind, cost + paid, 0, cost + paid, paid)


def test_all_other_labels_were_billed_what_they_cost(billed: Billed) -> None:
    planted = [label for kinds in billed.planted.values() for labels in kinds.values() for label in labels]
    others = f"shipment_id not in ({', '.join(map(str, planted))})"
    assert billed.published(
        f"select distinct bill_state, difference_cents, disputed_cents from marts.label_costs where {others}"
    ) == [("billed", 0, 0)]
    assert billed.published(
        "select distinct line_class from marts.carrier_bill_lines"
        f" where shipment_id is null or {others} order by 1"
    ) == [("equal",), ("not_ours",), ("payment",)]


def test_what_needs_a_person_is_an_exception_of_each_bill_and_kind_with_its_sum(billed: Billed) -> None:
    found = billed.published(
        "select exception_type, detail from marts.exceptions where exception_type like 'bill_%'"
    )
    kinds = ("bill_billed_twice", "bill_not_ours", "bill_voided_but_billed")
    assert Counter(kind for kind, _ in found) == dict.fromkeys(kinds, len(WHOLE_BILLS))
    twice = sum(billed.planted["ups"]["billed_twice"].values()) / 200
    (ups,) = (detail for kind, detail in found if kind == "bill_billed_twice" and detail.startswith("ups-"))
    assert ups.endswith(f"has 4 lines of ${twice:.2f} for what the carrier has charged before.")
    assert all("carrier" in exception_kind(kind).many for kind in (*kinds, "bill_ambiguous", "bill_incomplete"))


def test_the_months_report_of_carriers_has_label_cost_and_final_cost(billed: Billed) -> None:
    rows = billed.published(
        "select carrier_code, sum(final_cost_cents - postage_cents)::bigint from marts.charge_report_carriers"
        f" where charge_month = '{billed.month}' group by 1"
    )
    assert dict(rows) == {
        **{carrier: _differences(billed, carrier) for carrier in WHOLE_BILLS},
        "ups_walleted": _differences(billed, "shipstation"),
    }


def test_the_lines_to_dispute_have_both_weights_and_the_place_in_the_file(billed: Billed) -> None:
    label = next(iter(billed.planted["ups"]["weight"]))
    [(line_number, ours, theirs, dispute)] = billed.published(
        "select line_number, label_ounces, billed_ounces, dispute_cents from marts.carrier_bill_lines"
        f" where shipment_id = {label} and line_class = 'adjusted'"
    )
    assert (theirs - ours, dispute) == (48, 350)
    (file,) = (path for path in billed.files if path.name.startswith("ups-"))
    assert "Shipping Charge Correction Weight" in file.read_text().splitlines()[line_number - 1]


def test_the_command_says_what_it_loaded_and_what_it_had_before(billed_again: Billed, tmp_path: Path) -> None:
    (file,) = (path for path in billed_again.files if path.name.startswith("ups-"))
    facts = billed_again.answer
    assert (facts["file"], facts["carrier"], facts["loaded_before_as"]) == (file.name, "ups", None)
    assert facts["published"]
    again = billed_again.line.run("import-carrier-bill", str(file))
    assert (again.facts["loaded_before_as"], again.facts["lines"], again.facts["built"]) == (file.name, 0, False)
    other = written(tmp_path, file.read_bytes() + b"\n")
    refused = billed_again.line.run("import-carrier-bill", str(other), "--carrier", "fedex")
    assert refused.code == 1
    assert "looks like a UPS billing file, not like a bill of fedex" in refused.errors


def test_a_preview_loads_nothing_and_an_unknown_file_is_refused_with_advice(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "home", "http://127.0.0.1:9")
    shown = line.run("import-carrier-bill", str(written(tmp_path, ups_line())), "--preview")
    assert (shown.code, shown.facts["format"], len(shown.facts["lines"])) == (0, "UPS billing file", 1)
    unknown = line.run("import-carrier-bill", str(written(tmp_path, "Name,City\nJane,Springfield\n")), "--preview")
    assert unknown.code == 1
    assert "Name its columns in a mapping file; `import-carrier-bill FILE --mapping MAPPING" in unknown.errors
    assert not line.home.exists()


def test_an_uploaded_file_is_kept_for_another_try_until_it_was_read_or_refused(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "home", "http://127.0.0.1:9")
    uploads = line.home / "uploads"
    uploads.mkdir(parents=True)
    (line.home / "warehouse.duckdb").write_text("no database")
    good, bad = written(uploads, ups_line(), "good.csv"), written(uploads, "Name\nJane\n", "bad.csv")
    assert line.run("import-carrier-bill", str(good)).code == 78
    assert good.exists()
    (line.home / "warehouse.duckdb").unlink()
    assert line.run("import-carrier-bill", str(bad)).code == 1
    assert not bad.exists()
    assert line.run("import-carrier-bill", str(good)).code == 0
    assert not good.exists()


def test_a_closed_month_stays_as_it_is_and_is_restated_to_the_cent_when_a_setting_says_so(
    billed_again: Billed,
) -> None:
    line, month = billed_again.line, billed_again.month
    settings_file = file_of(settings_of(billed_again.home), month)
    bill = (
        f"select total_cents, restatement_cents from marts.charge_report_monthly where charge_month >= '{month}'"
    )
    before = line.published(f"{bill} order by charge_month")
    assert line.published("select count(*) from marts.charge_restatements") == [(0,)]
    assert hash_of(settings_file) == billed_again.frozen

    done = line.run("sync", SHIPLEDGER_RESTATE_CARRIER_BILLS="1")
    assert done.code == 0, done.errors
    expected = sum(_differences(billed_again, carrier) for carrier in (*WHOLE_BILLS, "shipstation"))
    restated = line.published(
        "select billed_month > restated_date, restatement_kind, sum(total_cents)::bigint,"
        " sum(postage_cents)::bigint from marts.charge_restatements group by all"
    )
    assert restated == [(True, "carrier_bill", expected, expected)]
    closed, following = line.published(f"{bill} order by charge_month limit 2")
    assert closed == before[0]
    assert following == (before[1][0] + expected, before[1][1] + expected)
    assert hash_of(settings_file) == billed_again.frozen
    label = next(iter(billed_again.planted["ups"]["weight"]))
    cost = billed_again.costs[label]
    assert line.published(f"select cause from marts.charge_restatements where shipment_id = {label}") == [
        (
            f"carrier bill: label {label} cost ${cost / 100:.2f} and was billed with"
            f" ${cost / 100 + 3.5:.2f} (weight)",
        )
    ]


def _differences(billed: Billed, carrier: str) -> int:
    """What the labels of a carrier cost in the end beside what they were bought for, from what was planted."""
    planted = billed.planted[carrier]
    extra = sum(len(planted[kind]) * cents for kind, cents in _EXTRA.items())
    return extra - sum(billed.costs[label] for label in planted.get("refund", {}))
