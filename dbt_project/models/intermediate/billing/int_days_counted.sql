{{ config(materialized='view') }}
-- One row per calendar day of `int_days_rated`, with the quantities that are charged: shipments, and pallets every day,
-- on future days those of the current stock. `pallet_count` is a balance; its sum is pallet-days.
{%- set counts = ['order_count', 'package_count', 'unit_count', 'postage_cents'] %}
with shipped as (

    select * from {{ ref('int_days_shipped') }}

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
        {% for count in counts -%}
        coalesce(shipped.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        coalesce(pallets.pallet_count, 0) as pallet_count
    from days
    left join shipped on days.charge_date = shipped.ship_date
    left join pallets on days.charge_date = pallets.inventory_date

)

select * from counted
