"""Differences planted into a former system that agreed: one of each explanation, and some without any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from former_twin import FormerTwin

# Two orders with one number differ by themselves.
_SINGLE = "order_number in (select order_number from marts.orders_inbox group by 1 having count(*) = 1)"

# Shipped long enough ago in one package of one labelled lot, with nothing odd about it.
_ORDINARY = f"""
select orders_inbox.order_number, any_value(sku_code) as sku
from marts.shipped_items join marts.orders_inbox using (shipstation_order_id)
where lot_source = 'shipment' and shipstation_sku_raw like sku_code || '%' and order_status = 'shipped'
    and modified_at < (select max(modified_at) - interval 3 day from marts.orders_inbox)
    and orders_inbox.order_number not in (select order_number from marts.exceptions where order_number is not null)
    -- A label for a return may be bought long after the order has changed.
    and shipstation_order_id not in (
        select shipstation_order_id from marts.packages
        where is_voided or created_at >= (select max(modified_at) - interval 3 day from marts.orders_inbox)
    )
    and orders_inbox.{_SINGLE}
    and not has_contested_number and tracking_number is not null and carrier_code is not null
group by orders_inbox.order_number having count(*) = 1 order by min(modified_at)
"""
_OF_AN_ORDER = ("orders_inbox", "shipped_orders", "shipped_items")

Found = tuple[str | None, str, str | None]


class Planter:
    """Spoils a twin, and keeps what has to be found: order number, field and rule (None for unexplained)."""

    def __init__(self, twin: FormerTwin, snapshot: Path) -> None:
        self.twin = twin
        self.planted: set[Found] = set()
        self._marts = duckdb.connect(str(snapshot))
        self._ordinary = self._marts.execute(_ORDINARY).fetchall()
        # What changed a moment ago may differ without any other reason.
        for table, column in (
            ("orders_inbox", "modified_at"), ("packages", "created_at"), ("packages", "voided_at"),
        ):  # fmt: skip
            self.ours(
                f"update marts.{table} set {column} = {column} - interval 1 hour"
                f" where {column} > now() - interval 1 hour"
            )

    def close(self) -> None:
        self._marts.close()

    def ordinary(self) -> tuple[str, str]:
        """Number and SKU of an order that nothing was done to yet."""
        number, sku = self._ordinary.pop()
        return number, sku

    def one(self, query: str, *parameters: Any) -> tuple[Any, ...]:
        """The first row of a question to our side."""
        row = self._marts.execute(query, parameters).fetchone()
        assert row is not None, query
        return row

    def ours(self, statement: str, *parameters: Any) -> None:
        """Change our own side: what the generated business does not have."""
        self._marts.execute(statement, parameters)

    def changed_at(self, number: str) -> str:
        """When ShipStation changed an order last, as the former system writes instants."""
        query = """
            select strftime(
                max(greatest(modified_at, packages.created_at)) at time zone 'UTC', '%Y-%m-%d %H:%M:%S'
            )
            from marts.orders_inbox left join marts.packages using (shipstation_order_id) where order_number = ?
        """
        return str(self.one(query, number)[0])

    def expect(self, number: str | None, field: str, rule: str | None) -> None:
        self.planted.add((number, field, rule))

    def plant_scope(self) -> None:
        """Orders that the one side by rule does not hold."""
        change = self.twin.change
        change(
            "insert into orders_inbox (order_number, order_date, status) values ('699001', date('now'), 'pending')"
        )
        self.expect("699001", "order", "local order, not uploaded")
        (number,) = self.one(
            f"select order_number from marts.orders_inbox where order_status = 'cancelled' and {_SINGLE}"
        )
        change("delete from orders_inbox where order_number = ?", number)
        self.expect(number, "order", "state it does not keep")
        number, _ = self.ordinary()
        self.ours("update marts.orders_inbox set is_missing = true where order_number = ?", number)
        change("delete from orders_inbox where order_number = ?", number)
        change("delete from shipped_orders where order_number = ?", number)
        change("delete from shipped_items where order_number = ?", number)
        for field in ("order", "shipped order", "item"):
            self.expect(number, field, "deleted in ShipStation")
        (number,) = self.one(
            f"select order_number from marts.shipped_items where {_SINGLE} group by 1 having count(*) = 1"
            " and any_value(lot_source) = 'fifo'"
            " and any_value(shipstation_sku_raw) like any_value(sku_code) || '%'"
            " order by 1"
        )
        change("update shipped_items set sku_lot = base_sku || ' - 999999' where order_number = ?", number)
        self.expect(number, "lot", "lot not on the label")
        self._plant_kept_out()

    def _plant_kept_out(self) -> None:
        number, _ = self.ordinary()
        for table in ("orders_inbox", "shipped_orders", "shipped_items"):
            self.ours(f"update marts.{table} set shipstation_order_id = -9001 where order_number = ?", number)
        for field in ("order", "shipped order", "item"):
            self.expect(number, field, "taken from the former system")
        number, _ = self.ordinary()
        for table in ("shipped_orders", "shipped_items"):
            self.ours(f"delete from marts.{table} where order_number = ?", number)
        self.ours(
            "insert into marts.exceptions (exception_id, exception_type, severity, order_number, detail, cause,"
            " first_seen_at) values ('planted', 'historical_shipment', 'error', ?, '', '', now())",
            number,
        )
        for field in ("shipped order", "item"):
            self.expect(number, field, "history held back")

    def plant_timing(self) -> None:
        """What changed after the other side had looked."""
        number, _ = self.ordinary()
        # Nothing else has changed in the last hour, see above.
        self.ours(
            "update marts.orders_inbox set modified_at = now() - interval 30 minute where order_number = ?", number
        )
        (at,) = self.one("select strftime(now() at time zone 'UTC' - interval 31 minute, '%Y-%m-%d %H:%M:%S')")
        self.twin.change("update sync_watermark set updated_at = ?", at)
        self.twin.change(
            "update orders_inbox set status = 'planned', updated_at = ? where order_number = ?", at, number
        )
        self.expect(number, "status", "changed after their last look")
        number, _ = self.ordinary()
        self.twin.change(
            "update orders_inbox set status = 'cancelled', updated_at = datetime('now') where order_number = ?",
            number,
        )
        self.expect(number, "status", "changed after our last look")

    def plant_failures_of_orders(self) -> None:
        """Known failures in its orders."""
        change = self.twin.change
        number, _ = self.ordinary()
        change(
            "update orders_inbox set status = 'awaiting_shipment', updated_at = datetime(?, '-1 hour')"
            " where order_number = ?",
            *(self.changed_at(number), number),
        )
        self.expect(number, "status", "stuck behind the watermark")
        number, _ = self.ordinary()
        change(
            "update orders_inbox set tracking_number = '', updated_at = datetime(?, '+1 minute')"
            " where order_number = ?",
            *(self.changed_at(number), number),
        )
        self.expect(number, "tracking", "erased by a missing field")
        number, _ = self.ordinary()
        change(
            "delete from order_items_inbox where order_inbox_id ="
            " (select id from orders_inbox where order_number = ?)",
            number,
        )
        self.expect(number, "lines", "order without its lines")
        change("insert into order_items_inbox (order_inbox_id, sku, quantity) values (990001, '17612', 1)")
        self.expect(None, "header", "lines without their order")
        number, _ = self.ordinary()
        change("update orders_inbox set order_date = date(order_date, '-1 day') where order_number = ?", number)
        self.expect(number, "order date", "ordered one day early")

    def plant_failures_of_shipments(self) -> None:
        """Known failures in what it shipped."""
        change = self.twin.change
        number, sku, units = self.one(
            "select order_number, sku_code, min(quantity_shipped) from marts.shipped_items"
            f" where lot_source = 'shipment' and {_SINGLE} group by 1, 2"
            " having count(*) = 2 and count(distinct shipment_id) = 2"
            " and count(distinct ship_date) = 1 and count(distinct lot_id) = 1 order by 1"
        )
        change(
            "update shipped_items set quantity_shipped = ? where order_number = ? and base_sku = ?",
            units,
            number,
            sku,
        )
        self.expect(number, "units", "only one package kept")
        number, day = self.one(
            f"select order_number, max(ship_date)::varchar from marts.shipped_items where {_SINGLE} group by 1"
            " having count(distinct ship_date) = 2 order by 1"
        )
        change("update shipped_orders set ship_date = ? where order_number = ?", day, number)
        self.expect(number, "ship date", "two ship dates on one order")
        number, day, sku = self.one(
            "select order_number, packages.ship_date::varchar, any_value(sku_code) from marts.packages"
            " join marts.shipped_items using (shipstation_order_id) where is_voided and package_kind = 'label'"
            # Of an earlier day, it would be a wrong ship date as well.
            " and packages.ship_date >= shipped_items.ship_date"
            f" and {_SINGLE} group by 1, 2 having count(*) = 1 and any_value(lot_source) = 'shipment' order by 1"
        )
        change(
            "insert into shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number, created_at)"
            " select ?, sku_lot, base_sku, 10, order_number, created_at from shipped_items where order_number = ?",
            *(day, number),
        )
        self.expect(number, "units", "voided label kept")
        (alias_number,) = self.one(
            f"select order_number from marts.shipped_items where {_SINGLE} group by 1 having count(*) = 1"
            " and any_value(sku_code) is not null"
            " and any_value(shipstation_sku_raw) not like any_value(sku_code) || '%'"
            " order by 1"
        )
        change("delete from shipped_items where order_number = ?", alias_number)
        self.expect(alias_number, "item", "promotional SKU or pack not counted")
        number, _ = self.ordinary()
        change(
            "insert into shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number, created_at)"
            " select ship_date, sku_lot, base_sku, quantity_shipped, order_number, created_at from shipped_items"
            " where order_number = ?",
            number,
        )
        self.expect(number, "units", "rows doubled by a join")
        number, _ = self.ordinary()
        change("update shipped_items set sku_lot = substr(sku_lot, 9) where order_number = ?", number)
        self.expect(number, "lot", "lot without its SKU")

    def plant_wrong_dates(self) -> None:
        """Known failures of dates."""
        number, _ = self.ordinary()
        for table in ("shipped_orders", "shipped_items"):
            self.twin.change(
                f"update {table} set ship_date = date(ship_date, '-1 day') where order_number = ?", number
            )
        self.expect(number, "ship date", "dated one day early")
        number, _ = self.ordinary()
        self.twin.change("update shipped_orders set ship_date = '2024-04-16' where order_number = ?", number)
        self.expect(number, "ship date", "missing date filled in")
        number, _ = self.ordinary()
        self.twin.change(
            "update shipped_orders set ship_date = date(ship_date, '+2 day'),"
            " created_at = datetime(ship_date, '+2 day', '+12 hours') where order_number = ?",
            number,
        )
        self.expect(number, "ship date", "missing date filled in")

    def plant_a_lost_page(self) -> None:
        """Five orders that ShipStation changed one after the other."""
        lost = self._marts.execute(
            "select order_number, order_status from marts.orders_inbox where order_status <> 'cancelled'"
            " and shipstation_order_id > 0 order by modified_at, shipstation_order_id"
        ).fetchall()
        unspoiled = {number for number, _ in self._ordinary}
        runs = (lost[at : at + 5] for at in range(len(lost)))
        page = next(run for run in runs if all(number in unspoiled for number, _ in run))
        for number, _ in page:
            self._ordinary = [one for one in self._ordinary if one[0] != number]
            for table, field in zip(_OF_AN_ORDER, ("order", "shipped order", "item"), strict=True):
                self.twin.change(f"delete from {table} where order_number = ?", number)
                self.expect(number, field, "page lost")

    def plant_the_unexplained(self) -> None:
        """What no rule explains."""
        number, _ = self.ordinary()
        self.twin.change("update shipped_items set quantity_shipped = 77 where order_number = ?", number)
        self.expect(number, "units", None)
        number, _ = self.ordinary()
        self.twin.change("update orders_inbox set shipping_carrier_code = 'pigeon' where order_number = ?", number)
        self.expect(number, "carrier", None)
        number, _ = self.ordinary()
        self.twin.change("delete from orders_inbox where order_number = ?", number)
        self.twin.change("delete from shipped_orders where order_number = ?", number)
        self.twin.change("delete from shipped_items where order_number = ?", number)
        for field in ("order", "shipped order", "item"):
            self.expect(number, field, None)
