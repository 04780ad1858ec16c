"""The products of the generated business: names, prices, components and order frequencies.

Source: the business rules ("Products, lots, numbers") and the former system's bundles; the frequencies are
those of its 837 shipped orders (nine units in ten are 17612, four units an order).
"""

from __future__ import annotations

KEY_SKUS = ("17612", "17904", "17914", "18675", "18795")

PRODUCT_NAMES = {
    "17612": "PT Kit",
    "17904": "Travel Kit",
    "17914": "PPR Kit",
    "18675": "Ortho Protect",
    "18795": "OraPro Paste Peppermint",
    "17913": "PPR Kit (not stocked)",
    "17975": "Reassure",
    "17613": "PT Kit, promotion",
    "17905": "Travel Kit, promotion",
    "17915": "PPR Kit, promotion",
    "18676": "Ortho Protect, promotion",
    "17612-6": "PT Kit, pack of 6",
    "17612-15": "PT Kit, pack of 15",
    "17612-40": "PT Kit, pack of 40",
    "18225": "Buy 30 Get 8 Free",
    "18235": "Buy 12 Get 3 Free",
    "18255": "Buy 5 Get 1 Free",
    "18285": "PPR Buy 5 Get 1 Free",
    "18345": "Autoship PT Kit",
    "18385": "Autoship Travel Kit",
    "18605": "Starter set of three products",
}

UNIT_CENTS = {
    "17612": 3250,
    "17904": 1800,
    "17914": 4100,
    "18675": 2950,
    "18795": 1200,
    "17975": 2700,
    "17913": 4100,
    "18225": 97500,
    "18235": 39000,
    "18255": 16250,
}

# SKU of the line → component units. Promotional SKUs and packs are sold without a lot.
COMPONENTS: dict[str, dict[str, int]] = {
    "17613": {"17612": 1},
    "17905": {"17904": 1},
    "17915": {"17914": 1},
    "18676": {"18675": 1},
    "17612-6": {"17612": 6},
    "17612-15": {"17612": 15},
    "17612-40": {"17612": 40},
    "18225": {"17612": 40},
    "18235": {"17612": 15},
    "18255": {"17612": 6},
    "18285": {"17914": 6},
    "18345": {"17612": 1},
    "18385": {"17904": 1},
    "18605": {"17612": 4, "17914": 1, "17904": 1},
}

# (SKU, weight, quantities to draw from): the main line of an order.
MAIN_LINES: tuple[tuple[str, float, tuple[int, ...]], ...] = (
    (
        "17612",
        82.0,
        (1,) * 44
        + (2,) * 17
        + (3,) * 6
        + (4,) * 3
        + (5,) * 4
        + (6,) * 21
        + (6, 6, 6, 8, 10, 12, 15, 15, 15, 20, 40),
    ),
    ("17914", 3.0, (1, 1, 1, 2, 2, 3, 6)),
    ("17904", 2.4, (1, 1, 1, 2, 3)),
    ("18795", 2.0, (1, 1, 2)),
    ("18675", 0.9, (1, 1, 2)),
    ("18255", 1.6, (1,)),
    ("18235", 0.8, (1,)),
    ("18225", 0.12, (1,)),
    ("18605", 0.5, (1,)),
    ("18345", 1.2, (1, 1, 2)),
    ("18285", 0.1, (1,)),
    ("18385", 0.2, (1,)),
    ("17612-6", 0.9, (1, 1, 2)),
    ("17612-15", 0.35, (1,)),
    ("17612-40", 0.05, (1,)),
    ("17613", 1.4, (1, 1, 2)),
    ("17905", 0.3, (1,)),
    ("17915", 0.3, (1,)),
    ("18676", 0.2, (1,)),
    ("17975", 0.9, (1, 2)),
    ("17913", 0.3, (1,)),
    ("99100", 0.2, (1,)),
    ("SAMPLE-KIT", 0.1, (1,)),
)

# The second line, when an order has one.
SIDE_LINES: tuple[tuple[str, float, tuple[int, ...]], ...] = (
    ("17914", 34.0, (1, 1, 2)),
    ("17904", 22.0, (1, 1, 2)),
    ("18795", 14.0, (1, 2)),
    ("18675", 6.0, (1,)),
    ("17612", 10.0, (1, 2)),
    ("17975", 6.0, (1,)),
    ("17613", 5.0, (1,)),
    ("18345", 3.0, (1,)),
)
SIDE_LINE_SHARE = 0.15
DISCOUNT_SHARE = 0.05
