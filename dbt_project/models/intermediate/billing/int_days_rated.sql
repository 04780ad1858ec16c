{{ config(materialized='view') }}
-- One row per calendar day from the first shipment, or the first day billed by a closed month, to the end of the
-- current month, with the rates valid on it. `is_charged`: the day has ended or its month is closed; other days may
-- have no rate yet.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

starts as (

    select min(ship_date) as first_date from {{ ref('int_orders_shipped') }}
    union all
    select min(ship_date) as first_date from {{ ref('int_departures_daily') }}
    union all
    select min(charge_date) as first_date from {{ ref('stg_frozen__lines') }}

),

span as (

    select
        min(starts.first_date) as first_date,
        last_day(max(build_context.today)) as last_date
    from starts
    cross join build_context

),

days as (

    select cast(unnest(generate_series(first_date, last_date, interval 1 day)) as date) as charge_date
    from span

),

closed as (

    select distinct month from {{ ref('stg_operations__frozen_months') }}

),

rated as (

    select
        days.charge_date,
        bool_or(days.charge_date < build_context.today) as has_ended,
        bool_or(
            days.charge_date < build_context.today
            or {{ month_of('days.charge_date') }} in (select closed.month from closed)
        ) as is_charged,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'order') as order_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'handling') as handling_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'storage') as storage_rate_cents
    from days
    cross join build_context
    left join {{ ref('stg_reference__rate_card') }} as rate_card
        on days.charge_date between rate_card.valid_from_date and rate_card.valid_to_date
    group by days.charge_date

)

select
    charge_date,
    has_ended,
    is_charged,
    {{ rate_or_refusal('order') }} as order_rate_cents,
    {{ rate_or_refusal('handling') }} as handling_rate_cents,
    {{ rate_or_refusal('storage') }} as storage_rate_cents
from rated
