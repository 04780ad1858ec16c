"""The texts of each kind of exception: its name, why it matters, and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExceptionKind:
    """A kind of exception: a row of data that needs a person.

    Attributes:
        one: Its name in the singular, in lower case.
        many: Its name in the plural.
        why: Why it matters; a sentence.
        advice: What to do; one or two sentences.
    """

    one: str
    many: str
    why: str
    advice: str


# All kinds of orders without lines.
EMPTY_ORDERS = ("ghost_order", "work_in_progress", "shipped_without_lines")
_GONE_WITH_SYNC = "The next sync clears it."
_KINDS = {
    "ghost_order": ExceptionKind(
        "order without lines",
        "orders without lines",
        "Nobody can pick it, and nothing of it is counted as promised.",
        f"Open it in ShipStation: type its lines, or cancel it. {_GONE_WITH_SYNC}",
    ),
    "work_in_progress": ExceptionKind(
        "order still being typed",
        "orders still being typed",
        "ShipStation confirms that it has no lines yet; nothing of it is counted as promised.",
        f"Finish typing it in ShipStation, or cancel it. {_GONE_WITH_SYNC}",
    ),
    "shipped_without_lines": ExceptionKind(
        "shipped order without lines",
        "shipped orders without lines",
        "It is charged as an order, but of what left in it only what its labels list is counted.",
        "Type its lines in ShipStation: they count from the next sync on. When nothing of the stock was in it, "
        "note that here.",
    ),
    "unknown_sku": ExceptionKind(
        "line with an unknown SKU",
        "lines with an unknown SKU",
        "Its units are in no report and leave no shelf until the SKU is known.",
        "Add the SKU to seeds/sku_aliases.csv (a bundle, pack or promotion) or seeds/skus.csv (a product), then "
        "run `sync`; or put the SKU right in ShipStation.",
    ),
    "unparsed_sku": ExceptionKind(
        "line with an unreadable SKU",
        "lines with an unreadable SKU",
        "Its units are in no report and leave no shelf until the SKU can be read.",
        "Put the line right in ShipStation, as `17612 - 250300`; or list the text as it is printed in "
        "seeds/sku_aliases.csv and run `sync`.",
    ),
    "missing_ship_date": ExceptionKind(
        "shipped line without a date",
        "shipped lines without a date",
        "Its units are in no report, because nobody knows on which day they left.",
        f"Give the order its ship date in ShipStation. {_GONE_WITH_SYNC}",
    ),
    "historical_shipment": ExceptionKind(
        "shipment from long ago",
        "shipments from long ago",
        "It is dated more than 60 days before it was first seen, so its units are in no report.",
        "When it is real, load its days with `backfill --since` its date; when it is a typing error, put the date "
        "right in ShipStation.",
    ),
    "future_ship_date": ExceptionKind(
        "shipment dated far ahead",
        "shipments dated far ahead",
        "It is dated more than 7 days ahead, so its units are in no report until that day is near.",
        f"Put the date right in ShipStation. {_GONE_WITH_SYNC}",
    ),
    "duplicate_order_number": ExceptionKind(
        "order number used twice",
        "order numbers used twice",
        "Two customers have orders of one number, or one customer has two, and none is a split. All count.",
        "Look at both orders. When one is an error, cancel it in ShipStation; when both are real, note that here.",
    ),
    "duplicate_sku_on_order": ExceptionKind(
        "order with a SKU twice",
        "orders with a SKU twice",
        "All its lines count. Sometimes a line was typed twice, and the customer would get too much.",
        "Compare it with the customer's order. Take a surplus line out in ShipStation, or note that all is right.",
    ),
    "refund_line": ExceptionKind(
        "refund line",
        "refund lines",
        "A line below zero gives money back: it is no goods, so it moves no unit and takes none off other orders.",
        "When goods came back, enter them with `receive`; else note here that it was a refund.",
    ),
    "unreadable_quantity": ExceptionKind(
        "line with an unreadable quantity",
        "lines with an unreadable quantity",
        "None of its units count: they leave no shelf and are in no report.",
        f"Type the quantity as a whole number in ShipStation. {_GONE_WITH_SYNC} A label cannot be changed: note "
        "here what was in the parcel, and enter it with `adjust`.",
    ),
    "unreadable_amount": ExceptionKind(
        "amount that cannot be read",
        "amounts that cannot be read",
        "A label's cost that cannot be read is charged as nothing; other amounts are only shown.",
        f"Put the amount right in ShipStation. {_GONE_WITH_SYNC} For a label, add its cost to the bill by hand.",
    ),
    "lot_overdrawn": ExceptionKind(
        "lot below zero",
        "lots below zero",
        "More of the lot was shipped than was received: a receipt is missing, or labels name the wrong lot.",
        "Enter the missing receipt, or put the lot right in ShipStation; else count the lot and enter the count.",
    ),
    "unassigned_lot": ExceptionKind(
        "shipment without a lot",
        "shipments without a lot",
        "The units count for their SKU, but a recall of a lot would not find them.",
        "Enter the receipt that is missing; the oldest lot with stock then covers them.",
    ),
    "missing_order": ExceptionKind(
        "label without its order",
        "labels without their order",
        "Its order never came, so of what was in the parcel only what the label lists is counted.",
        "Each sync asks ShipStation for the order by its id. When ShipStation does not know it, look the label up "
        "there, and note here what it was.",
    ),
    "units_not_on_labels": ExceptionKind(
        "shipped order with units on no label",
        "shipped orders with units on no label",
        "Its labels list less than was ordered, so nobody knows whether the rest left; it is in no report.",
        "When the rest left, mark it as shipped in ShipStation with its date; when it did not, take it off the "
        f"order, or split it off. {_GONE_WITH_SYNC}",
    ),
    "more_shipped_than_ordered": ExceptionKind(
        "order with more on labels than was ordered",
        "orders with more on labels than was ordered",
        "All that labels list counts. Often a label was bought twice and the first was not voided.",
        "Void the label that was not used; when more really left, note that here.",
    ),
    "invalid_entry": ExceptionKind(
        "entry that cannot be booked",
        "entries that cannot be booked",
        "The ledger leaves it out: its SKU is not stocked here, or its date or quantity makes no sense.",
        "Enter it again, correctly; then note that here. Entries are never changed.",
    ),
    "poison_payload": ExceptionKind(
        "order that could not be read",
        "orders that could not be read",
        "ShipStation answers with an error for it, or with what is no JSON; all others were loaded.",
        "Open and save the order in ShipStation, or ask its support. It is tried again in each cycle.",
    ),
    "unidentified_payload": ExceptionKind(
        "row without an id",
        "rows without an id",
        "It came without a usable id and was left out.",
        "Look for the order by its number in ShipStation, and run `backfill --since` its date.",
    ),
    "missing_in_shipstation": ExceptionKind(
        "order gone from ShipStation",
        "orders gone from ShipStation",
        "ShipStation no longer knows it, so it counts as cancelled.",
        "When it was merged or deleted on purpose, note that here; else ask who deleted it.",
    ),
    "field_mismatch": ExceptionKind(
        "order that differs from ShipStation",
        "orders that differ from ShipStation",
        "What was loaded is not what ShipStation says now.",
        "Run `reconcile --since` its date with `--repair`.",
    ),
    "xcart_invalid": ExceptionKind(
        "order of the shop that could not be taken",
        "orders of the shop that could not be taken",
        "It is not here, and will not be uploaded.",
        "Correct the order, or the file, in the shop; the next import clears it.",
    ),
    "xcart_repeated": ExceptionKind(
        "order of the shop that is in its file twice",
        "orders of the shop that are in its file twice",
        "The two differ, and only the one that comes last is here and will be uploaded.",
        "Compare the two in the shop. Give one another number, or take it out; the next import clears it.",
    ),
    "not_stocked_sku": ExceptionKind(
        "order of the shop with goods not stocked here",
        "orders of the shop with goods not stocked here",
        "The goods are left out when the order is uploaded: somebody else has to ship them.",
        "Note here who ships them; a product that is stocked belongs into seeds/skus.csv as a key product.",
    ),
    "changed_after_shipping": ExceptionKind(
        "order changed after it had shipped",
        "orders changed after they had shipped",
        "The shop and the parcel may disagree; nothing was sent.",
        "Compare the two, send or take back what differs, and note that here.",
    ),
    "not_uploaded": ExceptionKind(
        "order of the shop that was not uploaded",
        "orders of the shop that were not uploaded",
        "ShipStation does not have it, so nobody packs it.",
        "Remove the reason it names, and run `upload` again; or type the order into ShipStation.",
    ),
    "watermark_fallback": ExceptionKind(
        "watermark that fell back",
        "watermarks that fell back",
        "The last 30 days were read again; older changes may be missing.",
        "Run `backfill --since` over the time before.",
    ),
}


def exception_kind(exception_type: str) -> ExceptionKind:
    """Return the texts for a type; for an unknown type they are made from its name."""
    name = exception_type.replace("_", " ")
    return _KINDS.get(
        exception_type,
        ExceptionKind(name, name, "Something needs a person.", "Look at the order, and note what you found."),
    )
