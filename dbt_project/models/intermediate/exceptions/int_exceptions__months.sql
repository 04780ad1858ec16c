{{ config(materialized='view') }}
-- One row per closed month that billed departures this warehouse does not have: its history is not loaded.
with missing as (

    select
        {{ month_of('ship_date') }} as month,
        count(*) as departure_count
    from {{ ref('int_details_billed') }}
    where is_missing
    group by all

),

closed as (

    select * from {{ ref('int_months_closed') }}

),

excepted as (

    select
        'missing_history' as exception_type,
        'error' as severity,
        cast(null as bigint) as shipstation_order_id,
        cast(null as varchar) as order_number,
        cast(missing.month as varchar) as subject,
        missing.departure_count || ' missing' as cause,
        missing.departure_count || ' shipments billed in ' || strftime(missing.month, '%B %Y')
        || ' are not in the warehouse. Nothing is restated until the changes since ' || missing.month
        || ' are loaded.' as detail,
        closed.frozen_at as first_seen_at
    from missing
    inner join closed on missing.month = closed.month

)

select * from excepted
