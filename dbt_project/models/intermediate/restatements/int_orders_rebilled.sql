-- One row for each order whose charges must be compared again with what was billed: the changed ones, and those of
-- months that were closed since the last finished build.
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

frozen as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'detail'

),

departures as (

    select * from {{ ref('int_departures') }}

),

rebilled as (

    select shipstation_order_id from changed
    union
    select frozen.shipstation_order_id
    from frozen
    where frozen.month in {{ newly_closed_months() }}
    union
    select departures.shipstation_order_id
    from departures
    where {{ month_of('departures.ship_date') }} in {{ newly_closed_months() }}

)

select * from rebilled
