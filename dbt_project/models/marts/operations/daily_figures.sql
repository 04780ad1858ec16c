-- One row per calendar day that has ended, from the first shipment on, days of zero included: the figures of the day
-- that other marts have. `quantity_on_hand` is a balance: do not add it up over days. The first shipments may be known
-- only from the former system, which gave neither orders nor labels: what they tell is null before the first of them.
with shipped as (

    select * from {{ ref('shipped_daily') }}

),

charges as (

    select * from {{ ref('charge_report_daily') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

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

known as (

    select
        (select min(orders.order_date) from orders) as ordered_from,
        min(ship_date) as labelled_from
    from {{ ref('packages') }}
    where package_kind = 'label'

),

figures as (

    select
        shipped.ship_date as figure_date,
        if(shipped.ship_date >= known.ordered_from, coalesce(orders.new_order_count, 0), null) as new_order_count,
        if(
            shipped.ship_date >= known.ordered_from, cast(coalesce(orders.ordered_unit_count, 0) as bigint), null
        ) as ordered_unit_count,
        shipped.order_count,
        if(shipped.ship_date >= known.labelled_from, shipped.package_count, null) as package_count,
        shipped.unit_count,
        stock.quantity_on_hand,
        coalesce(charges.pallet_count, 0) as pallet_count,
        coalesce(charges.order_charge_cents, 0) as order_charge_cents,
        coalesce(charges.handling_charge_cents, 0) as handling_charge_cents,
        coalesce(charges.storage_charge_cents, 0) as storage_charge_cents,
        if(shipped.ship_date >= known.labelled_from, coalesce(charges.postage_cents, 0), null) as postage_cents
    from shipped
    cross join build_context
    cross join known
    left join orders on shipped.ship_date = orders.order_date
    left join stock on shipped.ship_date = stock.inventory_date
    left join charges on shipped.ship_date = charges.charge_date
    where shipped.ship_date < build_context.today

)

select * from figures
