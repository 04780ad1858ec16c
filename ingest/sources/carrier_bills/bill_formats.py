"""The formats of carrier bills, each a table of columns.

A format names for each of our fields the headers that a file may have for it. Columns that no field names, such as
names and addresses, are never loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# The fields of a line that a file may have.
FIELDS = (
    *("invoice_number", "invoice_date", "charged_on", "tracking_number", "lead_number", "reference"),
    *("description", "code", "amount", "currency", "transaction_id", "invoice_amount"),
    *("weight", "weight_unit", "dimensions", "length", "width", "height", "dimension_unit"),
)
# What a charge is for. `payment` is money for the account, no charge.
KINDS = ("base", "fuel", "surcharge", "weight", "dimensions", "insurance", "tax", "refund", "payment", "other")
# Words of a charge's description, and its kind; the first that fits.
_WORDS = (
    ("fuel", "fuel"),
    (
        r"^(?!.*\b(?:fee|charge|surcharge)s?\b).*\b(?:add(?:ed)? funds|deposit|payment|postage purchase)\b",
        "payment",
    ),
    (r"\brefund|\bvoid(?:ed)?\b|\bcredit(?:ed)?\b|\bguarantee", "refund"),
    ("dimension|dim weight|oversize|large package|volume", "dimensions"),
    ("weight", "weight"),
    ("insur|declared value", "insurance"),
    (r"\btax\b|\bvat\b|dut(y|ies)", "tax"),
    (
        "surcharge|residential|delivery area|handling|signature|address correction|saturday|peak|demand|extended"
        "|accessorial|redeliver|remote|pickup",
        "surcharge",
    ),
)
_KIND_OF_WORDS = [(re.compile(words), kind) for words, kind in _WORDS]
# Kinds that are money for the customer.
_CREDITS = ("payment", "refund")
# The sections of a bill with what shipments cost; others, such as UPS's ADJ and RTN, have what is charged later.
SHIPMENTS = ("", "shp")
# Types of a transaction that print postage.
_PRINTS = re.compile(r"\b(?:print(?:ed|s)?|label|postage)\b")
_CHANGES = re.compile(r"adjust|correction|\bfee\b")
# What is kept of a description that may name a person.
_KEPT_WORDS = re.compile("|".join([*(words for words, kind in _WORDS if kind != "payment"), "funds|payment"]))
_REPEATED = re.compile(r"(?:[. _]\d+|\s*\(\d+\))$")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class BillFormat:
    """A format.

    Attributes:
        name: As the tables have it.
        title: What it is, for people, such as `UPS billing file`.
        carrier: ShipStation's code of the carrier whose labels it bills; None if each line names its carrier.
        columns: The headers of each field that the file has or may have, in lower case, the usual one first.
        needs: The fields without which a file is not of this format.
        is_adjustments: Amounts are differences to what was charged at the label, not whole charges.
        pairs: Headers of repeated columns with description and amount of further charges; `amount` is their total.
        positions: Column numbers, from 0, of a file without a header.
        columns_without_header: How many columns such a file has at least.
        kinds: Kinds of charges by their code or description, in lower case; others go by words.
        otherwise: The kind of a charge of which neither code nor description says one; None if it is refused.
        is_signed_by_kind: A charge may be printed as what a balance loses, with a minus.
        minus: What an amount with a minus is: `credit` or `charge`; None if a file that has no other is refused.
        has_free_text: Its descriptions may name a person.
    """

    name: str
    title: str
    carrier: str | None
    columns: Mapping[str, Sequence[str]]
    needs: Sequence[str]
    is_adjustments: bool = False
    pairs: tuple[str, str] | None = None
    positions: Mapping[str, int] = field(default_factory=dict)
    columns_without_header: int = 0
    kinds: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = "base"
    is_signed_by_kind: bool = False
    minus: str | None = None
    has_free_text: bool = False

    def kind_of(
        self, code: str, description: str, *, is_credit: bool = True, is_parcel: bool = False
    ) -> str | None:
        """Return the kind of a charge, or None if it is not known.

        Args:
            code: Its code, or the type of the transaction.
            description: Its description.
            is_credit: Whether it may be money back: only then it is a refund or a payment by its words.
            is_parcel: Whether it has a tracking number: then it is no payment by its words.
        """
        code, description = code.lower(), description.lower()
        for text in (code, description):
            if text in self.kinds:
                kind = self.kinds[text]
                return None if kind == "payment" and is_parcel and self.is_signed_by_kind else kind
        said = f"{code} {description}" if self.is_signed_by_kind else description
        for words, kind in _KIND_OF_WORDS:
            may_be = is_credit or kind not in _CREDITS
            if may_be and not (kind == "payment" and is_parcel) and words.search(said):
                return kind
        if self.is_signed_by_kind:
            return "base" if _PRINTS.search(code) else "other" if _CHANGES.search(code) else None
        return self.otherwise

    def kept_of(self, description: str) -> str:
        """Return what is kept of a description: of a free text, only the words that are known."""
        if not self.has_free_text or description.lower() in self.kinds:
            return description
        return " ".join(word[0].strip() for word in _KEPT_WORDS.finditer(description.lower()))

    def found_in(self, header: Sequence[str]) -> dict[str, int]:
        """Return the column, from 0, of each field that a header names."""
        places = {name: at for at, name in reversed(list(enumerate(header)))}
        found = {}
        for name, headers in self.columns.items():
            at = next((places[one] for one in headers if one in places), None)
            if at is not None:
                found[name] = at
        return found

    def is_for(self, carrier: str) -> bool:
        """Return whether it bills the labels of a carrier: `ups` also those of `ups_walleted`."""
        own = self.carrier or self.name
        return carrier == own or carrier.startswith(f"{own}_")


FORMATS = (
    BillFormat(
        "ups",
        "UPS billing file",
        "ups",
        {
            "invoice_number": ["invoice number"],
            "invoice_date": ["invoice date"],
            "invoice_amount": ["invoice amount"],
            "charged_on": ["transaction date"],
            "tracking_number": ["tracking number"],
            "lead_number": ["lead shipment number"],
            "section": ["charge category code"],
            "reference": ["package reference number 1", "shipment reference number 1"],
            "code": ["charge classification code"],
            "description": ["charge description"],
            "amount": ["net amount"],
            "currency": ["invoice currency code", "transaction currency code"],
            "weight": ["billed weight"],
            "weight_unit": ["billed weight unit of measure"],
            "dimensions": ["package dimensions"],
        },
        ["invoice_number", "tracking_number", "code", "description", "amount", "weight"],
        positions={
            "invoice_date": 4, "invoice_number": 5, "currency": 9, "invoice_amount": 10, "charged_on": 11,
            "lead_number": 13, "tracking_number": 20, "reference": 21, "weight": 28, "weight_unit": 29,
            "dimensions": 32, "section": 34, "code": 43, "description": 45, "amount": 52,
        },
        columns_without_header=100,
        # UPS's freight of a home is "Ground Residential", its surcharge "Residential Surcharge".
        kinds={"frt": "base", "fsc": "fuel", "tax": "tax"},
        otherwise="surcharge",
        minus="credit",
    ),
    BillFormat(
        "fedex",
        "FedEx billing file",
        "fedex",
        {
            "invoice_number": ["invoice number"],
            "invoice_date": ["invoice date"],
            "invoice_amount": ["original amount due"],
            "charged_on": ["shipment date"],
            "tracking_number": ["express or ground tracking id"],
            "lead_number": ["tdmastertrackingid", "master tracking id", "master tracking number"],
            "reference": ["original customer reference"],
            "amount": ["net charge amount"],
            "currency": ["currency"],
            "weight": ["rated weight amount"],
            "weight_unit": ["rated weight units"],
            "length": ["dim length"],
            "width": ["dim width"],
            "height": ["dim height"],
            "dimension_unit": ["dim unit"],
        },
        ["invoice_number", "tracking_number", "charged_on", "amount", "weight"],
        pairs=("tracking id charge description", "tracking id charge amount"),
        kinds={"transportation charge": "base", "net charge": "base"},
        otherwise="surcharge",
        minus="credit",
    ),
    BillFormat(
        "stamps_com",
        "list of Stamps.com transactions",
        "stamps_com",
        {
            "transaction_id": ["transaction id", "transaction #"],
            "charged_on": ["transaction date", "transaction date/time", "transaction time", "date", "date/time"],
            "code": ["transaction type", "type"],
            "description": ["description", "adjustment reason", "reason", "transaction type", "type"],
            "tracking_number": ["tracking #", "tracking number", "activity / tracking #"],
            "reference": ["reference", "reference 1", "order id"],
            "amount": ["amount", "transaction amount"],
            "weight": ["weight", "weight (oz)"],
            "weight_unit": ["weight unit", "weight units"],
            "dimensions": ["dimensions"],
        },
        ["charged_on", "code", "tracking_number", "amount"],
        kinds={"print": "base", "label": "base", "purchase": "payment", "credit": "refund", "refund": "refund"},
        otherwise=None,
        is_signed_by_kind=True,
        has_free_text=True,
    ),
    BillFormat(
        "shipstation",
        "list of ShipStation's carrier adjustments",
        None,
        {
            "transaction_id": ["adjustment id", "transaction id"],
            "charged_on": ["adjustment date", "date adjusted", "transaction date", "date"],
            "tracking_number": ["tracking number", "tracking #"],
            "reference": ["order number", "order #"],
            "description": ["adjustment reason", "reason", "adjustment type"],
            "amount": ["adjustment amount", "adjustment"],
            "weight": ["billed weight", "adjusted weight", "actual weight"],
            "weight_unit": ["weight unit", "weight units"],
            "dimensions": ["billed dimensions", "adjusted dimensions", "actual dimensions"],
        },
        ["charged_on", "tracking_number", "description", "amount"],
        is_adjustments=True,
        otherwise="other",
        has_free_text=True,
    ),
)  # fmt: skip


def spelled(header: str) -> str:
    """Return a header as the formats spell it: lower case, single blanks."""
    return _BLANKS.sub(" ", header.strip("\ufeff \t\"'")).lower()


def without_number(header: str) -> str:
    """Return the header of a repeated column without its number: `charge amount.1`, `charge amount (2)`."""
    return _REPEATED.sub("", header)


def known_headers(mapping: BillFormat | None = None) -> set[str]:
    """Return all headers that a format, or a mapping, names."""
    known = [*FORMATS, mapping] if mapping else FORMATS
    fields = {header for one in known for headers in one.columns.values() for header in headers}
    return fields.union(*(one.pairs or () for one in known))
