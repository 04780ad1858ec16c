{{ config(materialized='view') }}
-- One row for each calendar day of `int_days_rated`, with what is charged for: orders on their first ship date only,
-- units by their own ship date, pallets every day, on days to come those of the stock now on hand. `pallet_count` is a
-- balance: its sum is pallet-days.
with orders as (

    select
        ship_date,
        count(*) as order_count
    from {{ ref('shipped_orders') }}
    group by ship_date

),

units as (

    select
        ship_date,
        cast(sum(quantity_shipped) as bigint) as unit_count
    from {{ ref('int_shipped_daily') }}
    group by ship_date

),

packages as (

    select
        ship_date,
        cast(sum(package_count) as bigint) as package_count,
        cast(sum(postage_cents) as bigint) as postage_cents
    from {{ ref('int_departures_daily') }}
    group by ship_date

),

pallets as (

    select
        inventory_date,
        cast(sum(pallet_count) as bigint) as pallet_count
    from {{ ref('int_stock_to_month_end') }}
    group by inventory_date

),

days as (

    select charge_date from {{ ref('int_days_rated') }}

),

counted as (

    select
        days.charge_date,
        coalesce(orders.order_count, 0) as order_count,
        coalesce(packages.package_count, 0) as package_count,
        coalesce(units.unit_count, 0) as unit_count,
        coalesce(pallets.pallet_count, 0) as pallet_count,
        coalesce(packages.postage_cents, 0) as postage_cents
    from days
    left join orders on days.charge_date = orders.ship_date
    left join packages on days.charge_date = packages.ship_date
    left join units on days.charge_date = units.ship_date
    left join pallets on days.charge_date = pallets.inventory_date

)

select * from counted
