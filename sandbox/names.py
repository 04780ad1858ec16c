"""Generated customers: names and addresses from short word lists, e-mail at example.com."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.resources import Row

_FIRST = (
    "Alba",
    "Bruno",
    "Cleo",
    "Dario",
    "Edda",
    "Falk",
    "Greta",
    "Hugo",
    "Ines",
    "Jory",
    "Kaya",
    "Levi",
    "Mona",
)
_LAST = (
    "Ashgrove",
    "Birchwell",
    "Coldbrook",
    "Dunmore",
    "Elmfield",
    "Fernley",
    "Goldcrest",
    "Hartwick",
    "Ivybridge",
)
_PRACTICES = ("Family Dental", "Smile Studio", "Orthodontics", "Dental Care", "Gentle Dentistry")
_STREETS = ("Maple", "Cedar", "Juniper", "Willow", "Aspen", "Hickory")
_TOWNS = (
    ("Fairhaven", "IL", "60990"),
    ("Mill Creek", "WI", "53990"),
    ("Stonebridge", "TX", "75990"),
    ("Lakeview", "MN", "55990"),
    ("Riverton", "OH", "43990"),
)


@dataclass(frozen=True)
class Customer:
    """A customer with addresses in ShipStation's form; the dicts are shared between rows and never changed."""

    customer_id: int
    email: str
    username: str
    ship_to: Row
    bill_to: Row
    label_to: Row


def invent_customers(rng: random.Random, count: int) -> list[Customer]:
    """Return generated customers; the same state of `rng` gives the same ones."""
    return [_customer(rng, 41_000_000 + number) for number in range(count)]


def _customer(rng: random.Random, customer_id: int) -> Customer:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    town, state, code = rng.choice(_TOWNS)
    company = None if rng.random() < 0.3 else f"{last} {rng.choice(_PRACTICES)}"
    ship_to: Row = {
        "name": f"{first} {last}",
        "company": company,
        "street1": f"{rng.randrange(1, 999)} {rng.choice(_STREETS)} St",
        "street2": rng.choice(("", "", f"Suite {rng.randrange(1, 40)}")),
        "street3": rng.choice((None, None, "")),
        "city": town,
        "state": state if rng.random() > 0.02 else None,
        "postalCode": code,
        "country": "US",
        "phone": None if rng.random() < 0.2 else f"555-01{rng.randrange(100):02d}",
        "residential": rng.random() < 0.3,
        "addressVerified": "Address validated successfully",
    }
    full = rng.random() < 0.5
    bill_to = {
        name: (value if full or name == "name" else None)
        for name, value in ship_to.items()
        if name not in ("residential", "addressVerified")
    } | {"residential": None, "addressVerified": None}
    label_to = ship_to | {"residential": None, "addressVerified": None}
    address = f"{first}.{last}.{customer_id % 1000}@example.com".lower()
    return Customer(customer_id, address, address, ship_to, bill_to, label_to)
