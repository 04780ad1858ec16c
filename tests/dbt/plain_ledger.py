"""Shelf, weeks and bill in plain Python, from what left the house and what operators entered."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tests.dbt.plain_shipping import Dictionary, Shipping

OPEN = {"awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment"}
MOVES = {"receive", "repack", "adjust_up", "adjust_down", "count"}
ONE_DAY = timedelta(days=1)

Figures = dict[str, int]


class PlainLedger:
    """Every figure of the reports for the instant and the rows that a warehouse holds."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        def read(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        [(as_of, timezone)] = read("select as_of, timezone from warehouse.staging.stg_shipledger__build_context")
        self.today = as_of.astimezone(ZoneInfo(timezone)).date()
        products = read("select sku_code, is_key_product, reorder_point from warehouse.seeds.skus")
        self.products = [code for code, *_ in products]
        self.stocked = {code: reorder for code, is_key, reorder in products if is_key}
        self._factors = read(
            "select sku_code, valid_from, valid_to, units_per_pallet from warehouse.seeds.pallet_factors"
        )
        self._rates = read("select charge_type, valid_from, valid_to, rate_cents from warehouse.seeds.rate_card")
        aliases = read("select alias_sku, component_sku, multiplier from warehouse.seeds.sku_aliases")
        self.shipping = Shipping(connection, timezone, self.today, Dictionary(self.products, aliases))
        self.opening = read(
            "select sku_code, lot_number, quantity, opening_date from warehouse.seeds.opening_balances"
        )
        self.opening_day = self.opening[0][3]
        self._entries = read(
            "select entry_type, entry_date::date, trim(sku_code), lot_number, quantity"
            " from warehouse.raw_operations.entries"
        )
        self.shipped = [goods for goods in self.shipping.goods if not goods.is_held_back]
        self.movements = self._movements()
        self.daily = self._daily()

    # ---------- the shelf

    def _movements(self) -> list[tuple[date, str, str | None, str, int]]:
        """Day, product, named lot, kind and signed units of everything that moves a shelf."""
        found = [(day, sku, lot, "opening", units) for sku, lot, units, day in self.opening]
        for kind, day, sku, lot, units in self._entries:
            if kind in MOVES and self.opening_day < day <= self.today and sku in self.stocked:
                found.append((day, sku, lot_named(lot), kind, -units if kind == "adjust_down" else units))
        for goods in self.shipped:
            if goods.sku in self.stocked and goods.day > self.opening_day:
                found.append((goods.day, goods.sku, goods.lot, "ship", -goods.quantity))
        return found

    def _daily(self) -> dict[tuple[date, str], tuple[int, int]]:
        """Units and pallets at the end of each day, from the opening day to today."""
        moved: Counter[tuple[date, str]] = Counter()
        for day, sku, _, _, units in self.movements:
            moved[day, sku] += units
        daily: dict[tuple[date, str], tuple[int, int]] = {}
        for sku in self.stocked:
            units, day = 0, self.opening_day
            while day <= self.today:
                units += moved[day, sku]
                daily[day, sku] = units, -(-max(units, 0) // valid_on(self._factors, sku, day))
                day += ONE_DAY
        return daily

    def allocated(self) -> Figures:
        """What open orders still want of each product."""
        wanted: Counter[tuple[int, str]] = Counter()
        for order_id, order in self.shipping.orders.items():
            if order["orderStatus"] in OPEN:
                for line in self.shipping.lines(order_id):
                    for sku, _, units in self.shipping.components(line):
                        if sku and not line["adjustment"]:
                            wanted[order_id, sku] += units * line["quantity"]
        for goods in self.shipping.goods:
            if goods.sku and (goods.order_id, goods.sku) in wanted:
                wanted[goods.order_id, goods.sku] -= goods.quantity
        total: Counter[str] = Counter()
        for (_, sku), units in wanted.items():
            total[sku] += max(units, 0)
        return {sku: total[sku] for sku in self.stocked}

    # ---------- lots

    def lots_taken(self) -> Counter[tuple[date, str, str | None]]:
        """Units without a lot, by day, product and the lot they came from: the oldest, then the next."""
        came: defaultdict[tuple[str, date], list[tuple[str, int]]] = defaultdict(list)
        wanted: Counter[tuple[str, date]] = Counter()
        for day, sku, lot, kind, units in self.movements:
            if lot is not None:
                came[sku, day].append((lot, units))
            elif kind == "ship":
                wanted[sku, day] -= units
        received = self.received()
        taken: Counter[tuple[date, str, str | None]] = Counter()
        stock: Counter[tuple[str, str]] = Counter()
        for sku, day in sorted({*came, *wanted}):
            for lot, units in came[sku, day]:
                stock[sku, lot] += units
            rest = wanted[sku, day]
            for lot in sorted(
                (lot for code, lot in received if code == sku), key=lambda lot: (received[sku, lot], lot)
            ):
                part = min(rest, max(stock[sku, lot], 0))
                stock[sku, lot] -= part
                taken[day, sku, lot] += part
                rest -= part
            taken[day, sku, None] += rest
        return +taken

    def received(self) -> dict[tuple[str, str], date]:
        """The first day on which entries brought more of a lot than they took; none when only labels name it."""
        net: Counter[tuple[str, str, date]] = Counter()
        for day, sku, lot, kind, units in self.movements:
            if lot is not None and kind != "ship":
                net[sku, lot, day] += units
        days: dict[tuple[str, str], date] = {}
        for (sku, lot, day), units in net.items():
            if units > 0:
                days[sku, lot] = min(day, days.get((sku, lot), day))
        return days

    def lot_balances(self) -> Counter[tuple[str, str | None]]:
        """Units of each lot, and of none, as of today."""
        balances: Counter[tuple[str, str | None]] = Counter()
        for day, sku, lot, kind, units in self.movements:
            if day <= self.today and not (lot is None and kind == "ship"):
                balances[sku, lot] += units
        for (day, sku, lot), units in self.lots_taken().items():
            if day <= self.today:
                balances[sku, lot] -= units
        return balances

    # ---------- weeks

    def weeks(self) -> dict[tuple[date, str], int]:
        """Units of each product in each week, zeros included, from the first shipment to the week that runs."""
        units: Counter[tuple[date, str]] = Counter()
        for goods in self.shipped:
            if goods.sku and goods.day:
                units[monday_of(goods.day), goods.sku] += goods.quantity
        if not units:
            return {}
        week, last = min(units)[0], monday_of(self.today)
        spine = {}
        while week <= last:
            spine.update({(week, sku): units[week, sku] for sku in self.products})
            week += 7 * ONE_DAY
        return spine

    def average(self, weeks: dict[tuple[date, str], int], week: date, sku: str) -> tuple[Fraction, int]:
        """Units a week over the 52 weeks that end with this one, and how many there are."""
        days = [week - 7 * ONE_DAY * back for back in range(52)]
        past = [weeks[day, sku] for day in days if (day, sku) in weeks]
        return (Fraction(sum(past), len(past)), len(past)) if past else (Fraction(0), 0)

    # ---------- the bill

    def bill(self) -> dict[date, tuple[int, ...]]:
        """Each day that has ended: orders, packages, units, their charges, storage, postage, total, pallets."""
        day, bill = self._first_charged(), {}
        while day < self.today:
            bill[day] = self._charged(day, day)
            day += ONE_DAY
        return bill

    def closing(self) -> dict[date, tuple[int, ...]]:
        """The same of the days that a close of the running month adds: today so far, storage alone on the rest."""
        day, bill = self.today, {}
        while day.month == self.today.month and self._first_charged() <= self.today:
            bill[day] = self._charged(day, self.today)
            day += ONE_DAY
        return bill

    def _first_charged(self) -> date:
        """The first day on which anything left; the day after today when nothing has."""
        days = (one.day for one in self.shipping.departures if one.held_back is None and one.day is not None)
        return min(days, default=self.today + ONE_DAY)

    def _charged(self, day: date, stock_day: date) -> tuple[int, ...]:
        """The figures of a day, its storage for the stock of a day, on pallets of its own."""
        departures = [one for one in self.shipping.departures if one.held_back is None and one.day is not None]
        first: dict[int, date] = {}
        for one in departures:
            if one.kind != "return":
                first[one.order_id] = min(one.day, first.get(one.order_id, one.day))
        labels = [one for one in departures if one.shipment_id is not None and one.day == day]
        orders = sum(1 for shipped in first.values() if shipped == day)
        packages = sum(1 for one in labels if one.kind == "label")
        units = sum(goods.quantity for goods in self.shipped if goods.day == day and goods.sku)
        pallets = sum(self._pallets(sku, day, stock_day) for sku in self.stocked)
        postage = sum(one.postage_cents for one in labels)
        charges = [
            number * valid_on(self._rates, kind, day)
            for kind, number in (("order", orders), ("handling", units), ("storage", pallets))
        ]
        return (orders, packages, units, *charges, postage, sum(charges) + postage, pallets)

    def _pallets(self, sku: str, day: date, stock_day: date) -> int:
        if (stock_day, sku) not in self.daily:
            return 0
        units, _ = self.daily[stock_day, sku]
        return -(-max(units, 0) // valid_on(self._factors, sku, day))

    def carriers(self) -> dict[tuple[date, str, str], tuple[int, int]]:
        """Packages and postage of each month, carrier and service, on days that have ended."""
        found: defaultdict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for one in self.shipping.departures:
            if one.held_back is None and one.shipment_id is not None and one.day and one.day < self.today:
                sums = found[one.day.replace(day=1), *one.service]
                sums[0] += one.kind == "label"
                sums[1] += one.postage_cents
        return {key: (packages, cents) for key, (packages, cents) in found.items()}


def lot_named(text: str | None) -> str | None:
    """The lot an operator meant: the number at the end of what was typed."""
    match = re.search(r"([0-9]{5,})\s*$", text or "")
    return match[1] if match else (text or "").strip().upper() or None


def monday_of(day: date) -> date:
    """The week a day lies in."""
    return day - day.weekday() * ONE_DAY


def valid_on(spans: list[tuple[Any, ...]], key: str, day: date) -> int:
    """The value that a key has on a day."""
    [value] = [value for name, begin, end, value in spans if name == key and begin <= day <= (end or date.max)]
    return int(value)
