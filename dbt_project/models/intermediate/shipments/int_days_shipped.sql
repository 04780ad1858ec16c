-- One row per calendar day from the first shipment to today, days of zero included: what shipped, as the ledger has it
-- now. Every report and page, and the charges, take orders, packages and units per day or week from here. An order
-- counts on its first ship date only, units on their own ship date.
with orders as (

    select
        ship_date,
        count(*) as order_count
    from {{ ref('int_orders_shipped') }}
    group by ship_date

),

units as (

    select
        ship_date,
        sum(quantity) filter (where sku_code is not null) as unit_count,
        sum(quantity) filter (where sku_code is null) as unknown_unit_count
    from {{ ref('int_lines_shipped') }}
    where held_back_reason is null
    group by ship_date

),

unassigned as (

    select
        ship_date,
        sum(quantity_shipped) as unassigned_unit_count
    from {{ ref('int_shipped_by_lot') }}
    where lot_source = 'unassigned'
    group by ship_date

),

packages as (

    select
        ship_date,
        sum(package_count) as package_count,
        sum(postage_cents) as postage_cents
    from {{ ref('int_departures_daily') }}
    group by ship_date

),

days as (

    select rated.charge_date as ship_date
    from {{ ref('int_days_rated') }} as rated
    inner join {{ ref('stg_shipledger__build_context') }} as build_context
        on rated.charge_date <= build_context.today

),

shipped as (

    select
        days.ship_date,
        coalesce(orders.order_count, 0) as order_count,
        cast(coalesce(units.unit_count, 0) as bigint) as unit_count,
        cast(coalesce(units.unknown_unit_count, 0) as bigint) as unknown_unit_count,
        cast(coalesce(unassigned.unassigned_unit_count, 0) as bigint) as unassigned_unit_count,
        cast(coalesce(packages.package_count, 0) as bigint) as package_count,
        cast(coalesce(packages.postage_cents, 0) as bigint) as postage_cents
    from days
    left join orders on days.ship_date = orders.ship_date
    left join units on days.ship_date = units.ship_date
    left join unassigned on days.ship_date = unassigned.ship_date
    left join packages on days.ship_date = packages.ship_date

)

select * from shipped
