"""The rules that explain a difference. Each is a condition on the data; the first that holds explains it.

A condition reads one row of the table that `evidence` creates. A difference that no rule explains counts as our
fault until somebody has shown otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

UNEXPLAINED, KNOWN_FAILURE, TIMING, SCOPE = "unexplained", "known_failure", "timing", "scope"
CLASSES = (UNEXPLAINED, KNOWN_FAILURE, TIMING, SCOPE)
CLASS_WORDS = {
    UNEXPLAINED: "ours wrong, until explained",
    KNOWN_FAILURE: "theirs wrong, by a known failure",
    TIMING: "timing",
    SCOPE: "scope",
}


@dataclass(frozen=True)
class Rule:
    """One explanation.

    Attributes:
        name: Short and lasting; it is stored with each difference.
        kind: One of `CLASSES`.
        failure: The number of the known failure, of those that went wrong before.
        condition: SQL over a row of `evidence`.
        words: What it means, for people.
    """

    name: str
    kind: str
    failure: int | None
    condition: str
    words: str


def _failure(number: int, name: str, condition: str, words: str) -> Rule:
    return Rule(name, KNOWN_FAILURE, number, condition, words)


RULES = (
    Rule(
        "local order, not uploaded", SCOPE, None,
        "field = 'order' and ours is null and their_order_id is null and is_local_status",
        "waits in the former system for its upload; ShipStation does not have it yet",
    ),
    Rule(
        "state it does not keep", SCOPE, None,
        "field = 'order' and theirs is null and is_not_held",
        "the former system does not keep orders in this state",
    ),
    Rule(
        "deleted in ShipStation", SCOPE, None, "theirs is null and is_deleted",
        "ShipStation has deleted the order; we keep it, marked as missing",
    ),
    Rule(
        "taken from the former system", SCOPE, None, "ours is null and is_migrated",
        "our copy came from the former system itself, so there is nothing to compare",
    ),
    Rule(
        "no stocked product", SCOPE, None, "area = 'shipped items' and theirs is null and not is_key_product",
        "the former system records stocked products only",
    ),
    Rule(
        "lot not on the label", SCOPE, None, "field = 'lot' and ours is not null and not lots_are_labelled",
        "the label names no lot; each side has taken one by its own list",
    ),
    Rule(
        "history held back", SCOPE, None, "ours is null and is_historical",
        "shipped more than 60 days before it was first seen; kept out here, and listed as an exception",
    ),
    Rule(
        "changed after their last look", TIMING, None,
        "is_changeable and our_change > latest_explained"
        " and our_change > least(coalesce(their_look, settled), settled)"
        " and not lasts_too_long",
        "changed in ShipStation after the former system had looked last",
    ),
    Rule(
        "changed after our last look", TIMING, None,
        "is_changeable and their_change > latest_explained and their_change > least(our_look, settled)"
        " and not lasts_too_long",
        "written in the former system after we had looked last",
    ),
    _failure(
        3, "voided label kept",
        "area <> 'orders' and list_has_any(our_void_days, their_days) and (ours is null"
        " or (field = 'units' and their_units > our_units)"
        " or (field = 'ship date' and list_has_all(list_concat(our_package_days, our_void_days), their_days)))",
        "a label that was voided still counts there",
    ),
    _failure(
        1, "only one package kept",
        "field = 'units' and len(our_packages) > 1 and their_units < our_units"
        " and list_contains(our_packages, their_units)",
        "units of one package of several, which replaced those of the others",
    ),
    _failure(
        9, "one of two orders with this number",
        "orders_with_this_number > 1 and (theirs is null or (field = 'units'"
        " and list_contains(our_orders, their_units)))",
        "two orders have this number; it holds one of them",
    ),
    _failure(
        12, "rows doubled by a join",
        "field = 'units' and their_copies > 1 and their_units = their_copies * our_units",
        "the same row stands there more than once",
    ),
    _failure(
        19, "promotional SKU or pack not counted",
        "(field = 'units' and our_alias_units > 0 and their_units in (our_units - our_alias_units, our_raw_units))"
        " or (area = 'shipped items' and theirs is null and our_alias_units = our_units)"
        " or (area = 'shipped orders' and theirs is null and is_all_aliases)",
        "a promotional SKU or a pack was not counted there in units of its product",
    ),
    _failure(
        11, "lot without its SKU",
        "field = 'lot' and regexp_matches(theirs, '^\\d{5,}$') and ends_with(ours, ' - ' || theirs)",
        "the lot stands there without its SKU, so that it matches nothing",
    ),
    _failure(
        15, "dated one day early",
        "field = 'ship date' and len(their_days) = 1 and len(our_days) = 1"
        " and try_cast(their_days[1] as date) = cast(our_days[1] as date) - 1",
        "the date is one day early",
    ),
    _failure(
        15, "ordered one day early",
        "field = 'order date' and try_cast(theirs as date) = try_cast(ours as date) - 1",
        "the date is one day early",
    ),
    _failure(
        2, "two ship dates on one order",
        "field = 'ship date' and len(our_package_days) > 1"
        " and len(their_days) > 0 and list_has_all(our_package_days, their_days)",
        "the order left on two days; it stands there on another of them, or on both",
    ),
    _failure(
        8, "missing date filled in",
        "(field = 'ship date' or (ours is null and has_no_ship_date)) and len(their_days) = 1"
        " and (their_days[1] = '2024-04-16' or list_contains(their_run_days, their_days[1]))"
        " and (ours is null or their_days[1] = '2024-04-16' or their_days[1] > our_days[1])",
        "no date was known there: the day of the run, or a stand-in, was filled in",
    ),
    _failure(
        6, "order without its lines",
        "field = 'lines' and theirs = 'none' and ours = 'some'",
        "the order's header stands there without its lines",
    ),
    _failure(
        6, "lines without their order",
        "field = 'header' and ours is null and theirs is not null",
        "lines stand there whose order is gone",
    ),
    _failure(
        7, "erased by a missing field",
        "field in ('tracking', 'carrier', 'service') and theirs is null and ours is not null"
        " and their_change >= our_change",
        "a payload without the field has erased it there",
    ),
    _failure(
        4, "page lost",
        "theirs is null and is_of_a_lost_page",
        "a whole run of orders changed one after the other is absent there, though it looked later",
    ),
    _failure(
        5, "stuck behind the watermark",
        "(area = 'orders' and field <> 'order' and is_changeable"
        " and their_change < our_change and our_change <= their_look)"
        " or (area <> 'orders' and theirs is null and is_stuck)",
        "changed before the former system looked, and not taken: its watermark had gone past it",
    ),
)  # fmt: skip
BY_NAME = {rule.name: rule for rule in RULES}
