{{ config(materialized='view') }}
-- One row per order and reason why a departure of it is in no report. A departure that only waits for its ship date is
-- no exception.
with unreported as (

    select * from {{ ref('int_departures') }}
    where held_back_reason is not null

),

departures as (

    select
        shipstation_order_id,
        held_back_reason as exception_type,
        min(order_number) as order_number,
        min(ship_date) as ship_date,
        min(first_seen_at) as first_seen_at
    from unreported
    where held_back_reason <> 'before_its_day'
    group by all

),

excepted as (

    select
        exception_type,
        if(exception_type = 'historical_shipment', 'warning', 'error') as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        'dated ' || ship_date as cause,
        case exception_type
            when 'missing_ship_date' then 'Shipped without a readable date; its units are in no report.'
            when 'future_ship_date'
                then
                    'Dated ' || ship_date || ', which is more than {{ var('early_label_days') }} days ahead;'
                    || ' its units are in no report.'
            else 'Dated ' || ship_date || ', long before it was first seen; its units are in no report.'
        end as detail,
        first_seen_at
    from departures

)

select * from excepted
