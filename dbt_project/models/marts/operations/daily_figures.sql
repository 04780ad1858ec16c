-- One row per calendar day that has ended, from the first shipment on, days of zero included: the figures of the day
-- that other marts have. `quantity_on_hand` is a balance: do not add it up over days.
with shipped as (

    select * from {{ ref('shipped_daily') }}
    where ship_date < (select snapshot_info.today from {{ ref('snapshot_info') }} as snapshot_info)

),

charges as (

    select * from {{ ref('charge_report_daily') }}

),

orders as (

    select
        order_date,
        count(*) as new_order_count,
        sum(total_items) as ordered_unit_count
    from {{ ref('orders_inbox') }}
    group by order_date

),

stock as (

    select
        inventory_date,
        cast(sum(quantity_on_hand) as bigint) as quantity_on_hand
    from {{ ref('inventory_daily') }}
    group by inventory_date

),

figures as (

    select
        shipped.ship_date as figure_date,
        coalesce(orders.new_order_count, 0) as new_order_count,
        cast(coalesce(orders.ordered_unit_count, 0) as bigint) as ordered_unit_count,
        shipped.order_count,
        shipped.package_count,
        shipped.unit_count,
        stock.quantity_on_hand,
        coalesce(charges.pallet_count, 0) as pallet_count,
        coalesce(charges.order_charge_cents, 0) as order_charge_cents,
        coalesce(charges.handling_charge_cents, 0) as handling_charge_cents,
        coalesce(charges.storage_charge_cents, 0) as storage_charge_cents,
        coalesce(charges.postage_cents, 0) as postage_cents
    from shipped
    left join orders on shipped.ship_date = orders.order_date
    left join stock on shipped.ship_date = stock.inventory_date
    left join charges on shipped.ship_date = charges.charge_date

)

select * from figures
