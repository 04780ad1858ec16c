{{ config(materialized='view') }}
-- One row for each calendar day that is charged, with the rates valid on it: every day that has ended, from the first
-- shipment on, or from the first day that a closed month has billed.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

starts as (

    select min(ship_date) as first_date from {{ ref('shipped_orders') }}
    union all
    select min(ship_date) as first_date from {{ ref('int_departures_daily') }}
    union all
    select min(charge_date) as first_date from {{ frozen_lines('day') }}

),

span as (

    select
        min(starts.first_date) as first_date,
        max(build_context.today) - 1 as last_date
    from starts
    cross join build_context

),

days as (

    select cast(unnest(generate_series(first_date, last_date, interval 1 day)) as date) as charge_date
    from span

),

rated as (

    select
        days.charge_date,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'order') as order_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'handling') as handling_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'storage') as storage_rate_cents
    from days
    left join {{ ref('stg_reference__rate_card') }} as rate_card
        on days.charge_date between rate_card.valid_from_date and rate_card.valid_to_date
    group by days.charge_date

)

select
    charge_date,
    {{ rate_or_refusal('order') }} as order_rate_cents,
    {{ rate_or_refusal('handling') }} as handling_rate_cents,
    {{ rate_or_refusal('storage') }} as storage_rate_cents
from rated
