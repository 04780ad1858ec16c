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
        advice: What to do, on the page; one or two sentences.
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
        "Nobody can pick it, and none of its units are allocated.",
        f"Enter its lines in ShipStation, or cancel it. {_GONE_WITH_SYNC}",
    ),
    "work_in_progress": ExceptionKind(
        "order still being entered",
        "orders still being entered",
        "ShipStation confirms that it has no lines yet; none of its units are allocated.",
        f"Enter the rest of it in ShipStation, or cancel it. {_GONE_WITH_SYNC}",
    ),
    "shipped_without_lines": ExceptionKind(
        "shipped order without lines",
        "shipped orders without lines",
        "It is charged as an order, but only the units on its labels are counted.",
        "Enter its lines in ShipStation: they count from the next sync on. If it contained no stocked product, "
        "note that here.",
    ),
    "unknown_sku": ExceptionKind(
        "line with an unknown SKU",
        "lines with an unknown SKU",
        "Its units are in no report and not deducted from stock until the SKU is known.",
        "Add the SKU to seeds/sku_aliases.csv (a bundle, pack or promotion) or seeds/skus.csv (a product), then "
        "press Sync now in Runs and health; or correct the SKU in ShipStation.",
    ),
    "unparsed_sku": ExceptionKind(
        "line with an unreadable SKU",
        "lines with an unreadable SKU",
        "Its units are in no report and not deducted from stock until the SKU can be read.",
        "Correct the line in ShipStation, as 17612 - 250300; or add the text exactly as printed to "
        "seeds/sku_aliases.csv, then press Sync now in Runs and health.",
    ),
    "missing_ship_date": ExceptionKind(
        "shipped line without a date",
        "shipped lines without a date",
        "Its units are in no report, because the day they were shipped is unknown.",
        f"Give the order its ship date in ShipStation. {_GONE_WITH_SYNC}",
    ),
    "historical_shipment": ExceptionKind(
        "shipment from long ago",
        "shipments from long ago",
        "It is dated more than 60 days before it was first seen, so its units are in no report.",
        "If it is real, ask an admin to load its days; if it is a typing error, correct the date in ShipStation.",
    ),
    "future_ship_date": ExceptionKind(
        "shipment dated far ahead",
        "shipments dated far ahead",
        "It is dated more than 7 days ahead. Until it is within 7 days, its units are in no report.",
        f"Correct the date in ShipStation. {_GONE_WITH_SYNC}",
    ),
    "duplicate_order_number": ExceptionKind(
        "order number used twice",
        "order numbers used twice",
        "Several orders have the same number, and they are not a split or a merge. All of them count.",
        "Look at both orders. If one is an error, cancel it in ShipStation; if both are real, note that here.",
    ),
    "duplicate_sku_on_order": ExceptionKind(
        "order with a SKU twice",
        "orders with a SKU twice",
        "All its lines count. Sometimes a line was entered twice, and the customer would get too much.",
        "Compare it with the customer's order. Remove a surplus line in ShipStation, or note that both count.",
    ),
    "refund_line": ExceptionKind(
        "refund line",
        "refund lines",
        "A line with a negative quantity is a refund; it moves no stock.",
        "If goods came back, enter them as a receipt in Inventory; otherwise note here that it was a refund.",
    ),
    "unreadable_quantity": ExceptionKind(
        "line with an unreadable quantity",
        "lines with an unreadable quantity",
        "Its units are in no report and not deducted from stock.",
        f"Enter the quantity as a whole number in ShipStation. {_GONE_WITH_SYNC} A label cannot be changed: note "
        "here what was in the parcel, and enter it as an adjustment in Inventory.",
    ),
    "unreadable_amount": ExceptionKind(
        "amount that cannot be read",
        "amounts that cannot be read",
        "If it is a label's cost, nothing is charged for that label; other amounts are only displayed.",
        f"Correct the amount in ShipStation. {_GONE_WITH_SYNC} For a label, add its cost to the bill by hand.",
    ),
    "lot_overdrawn": ExceptionKind(
        "lot with a negative balance",
        "lots with a negative balance",
        "More of the lot was shipped than was received: a receipt is missing, or labels name the wrong lot.",
        "Enter the missing receipt, or correct the lot in ShipStation; otherwise count the lot.",
    ),
    "lot_expiring": ExceptionKind(
        "lot that expires soon or has expired",
        "lots that expire soon or have expired",
        "It has stock. Once it has expired, it is no longer proposed for shipping.",
        "Ship it first. If it has expired, take it off the shelf and enter its units as lost, with the reason "
        "Expired. If the date is wrong, enter the right one for the lot.",
    ),
    "unassigned_lot": ExceptionKind(
        "shipment without a lot",
        "shipments without a lot",
        "The units count for their SKU, but a recall of a lot would not find them.",
        "Enter the missing receipt; the units are then assigned to the oldest lot with stock.",
    ),
    "missing_order": ExceptionKind(
        "label without its order",
        "labels without their order",
        "Its order was never loaded, so only the units on the label are counted.",
        "Each sync requests the order from ShipStation by its id. If ShipStation does not have it, look the label "
        "up there, and note here what it was.",
    ),
    "units_not_on_labels": ExceptionKind(
        "shipped order with units on no label",
        "shipped orders with units on no label",
        "Its labels list fewer units than were ordered. The rest may not have been shipped, and is in no report.",
        "If the rest was shipped, mark it as shipped in ShipStation with its date; if not, remove it from the "
        f"order, or split the order. {_GONE_WITH_SYNC}",
    ),
    "more_shipped_than_ordered": ExceptionKind(
        "order with more on labels than was ordered",
        "orders with more on labels than was ordered",
        "All units on the labels count. Often a label was bought twice and the first was not voided.",
        "Void the unused label; if more was really shipped, note that here.",
    ),
    "invalid_entry": ExceptionKind(
        "entry that cannot be booked",
        "entries that cannot be booked",
        "The ledger leaves it out: its SKU is not stocked here, or its date or quantity is impossible.",
        "Enter it again, correctly; then note that here. Entries are never changed.",
    ),
    "poison_payload": ExceptionKind(
        "order that could not be read",
        "orders that could not be read",
        "ShipStation answers with an error for it, or with invalid JSON; all others were loaded.",
        "Open and save the order in ShipStation, or ask its support. It is tried again in each cycle.",
    ),
    "unidentified_payload": ExceptionKind(
        "row without an id",
        "rows without an id",
        "It has no usable id, so it was not loaded.",
        "Look for the order by its number in ShipStation, and ask an admin to load the days since its date.",
    ),
    "missing_in_shipstation": ExceptionKind(
        "order gone from ShipStation",
        "orders gone from ShipStation",
        "ShipStation no longer has it, so it counts as cancelled.",
        "If it was merged or deleted on purpose, note that here; otherwise ask who deleted it.",
    ),
    "field_mismatch": ExceptionKind(
        "order that differs from ShipStation",
        "orders that differ from ShipStation",
        "The loaded order is not the same as the one in ShipStation now.",
        "Ask an admin to reconcile and repair the orders.",
    ),
    "xcart_invalid": ExceptionKind(
        "order of the shop that could not be loaded",
        "orders of the shop that could not be loaded",
        "It was not imported, and will not be uploaded.",
        "Correct the order, or the file, in the shop; the next import clears it.",
    ),
    "xcart_repeated": ExceptionKind(
        "order of the shop that is in its file twice",
        "orders of the shop that are in its file twice",
        "The two differ, and only the last one in the file was imported and will be uploaded.",
        "Compare the two in the shop. Give one a different number, or remove it; the next import clears it.",
    ),
    "not_stocked_sku": ExceptionKind(
        "order of the shop with goods not stocked here",
        "orders of the shop with goods not stocked here",
        "The goods are left out when the order is uploaded: someone else has to ship them.",
        "Note here who ships them; if the product is stocked, add it to seeds/skus.csv as a key product.",
    ),
    "changed_after_shipping": ExceptionKind(
        "order changed after it had shipped",
        "orders changed after they had shipped",
        "The parcel may differ from the order; the change was not sent to ShipStation.",
        "Compare the two, ship or take back the difference, and note that here.",
    ),
    "not_uploaded": ExceptionKind(
        "order of the shop that was not uploaded",
        "orders of the shop that were not uploaded",
        "ShipStation does not have it, so it will not be packed.",
        "Correct the problem it names, and send it again; or enter the order in ShipStation.",
    ),
    "bill_not_ours": ExceptionKind(
        "carrier bill with parcels that are not ours",
        "carrier bills with parcels that are not ours",
        "No label in ShipStation has their tracking number: somebody else uses the account, or it is an error.",
        "See the lines in Carrier bills. Dispute them with the carrier; or note here what they are.",
    ),
    "bill_billed_twice": ExceptionKind(
        "carrier bill with charges billed twice",
        "carrier bills with charges billed twice",
        "The carrier has charged the same for the same label before, and not given it back.",
        "See the lines in Carrier bills, and dispute them with the carrier; its refund clears them.",
    ),
    "bill_voided_but_billed": ExceptionKind(
        "carrier bill with voided labels",
        "carrier bills with voided labels",
        "The labels were voided in ShipStation, and the carrier has charged them and not given it back.",
        "See the lines in Carrier bills, and dispute them with the carrier; its refund clears them.",
    ),
    "bill_ambiguous": ExceptionKind(
        "carrier bill with lines that fit several labels",
        "carrier bills with lines that fit several labels",
        "Several labels have their tracking number, or their reference, day and amount. They count for none.",
        "See the lines in Carrier bills, look the labels up in ShipStation, and note here which they are.",
    ),
    "bill_incomplete": ExceptionKind(
        "carrier bill that is not complete",
        "carrier bills that are not complete",
        "Its lines do not add up to the totals of its invoices: lines are missing.",
        "Download the file from the carrier again and import it; lines that are in both count once.",
    ),
    "watermark_fallback": ExceptionKind(
        "watermark that was lost",
        "watermarks that were lost",
        "The last 30 days were read again; older changes may be missing.",
        "Ask an admin to load the time before.",
    ),
}


def exception_kind(exception_type: str) -> ExceptionKind:
    """Return the texts for a type; those of an unknown type are made from its name."""
    name = exception_type.replace("_", " ")
    return _KINDS.get(
        exception_type,
        ExceptionKind(name, name, "Something needs a person.", "Look at the order, and note what you found."),
    )
