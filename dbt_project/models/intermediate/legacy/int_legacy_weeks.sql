{{ config(materialized='view') }}
-- One row per week and SKU for which only the former system has the whole week: it started before the first day with a
-- shipment, from a label or a shipped line.
with first_day as (

    select min(ship_date) as ship_date
    from (
        select ship_date from {{ ref('int_departures_daily') }}
        union all
        select ship_date from {{ ref('stg_legacy__shipped_items') }}
    ) as known_by_day

),

history as (

    select
        history.week_start_date,
        history.sku_code,
        max(history.quantity_shipped) as quantity_shipped
    from {{ ref('stg_legacy__weekly_history') }} as history
    cross join first_day
    where history.is_week and history.week_start_date < coalesce(first_day.ship_date, date '9999-12-31')
    group by all

)

select * from history
