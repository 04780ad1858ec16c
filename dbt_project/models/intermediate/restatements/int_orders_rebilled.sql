{{ config(materialized='view') }}
-- One row per order whose charges have to be compared with the bill again: the changed ones, and those of months closed
-- since the last finished build.
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

newly_closed as (

    select closes.month
    from {{ ref('stg_operations__frozen_months') }} as closes
    inner join {{ ref('stg_shipledger__new_loads') }} as new_loads on closes.load_id = new_loads.load_id

),

rebilled as (

    select shipstation_order_id from changed
    union
    select frozen.shipstation_order_id
    from frozen
    where frozen.month in (select newly_closed.month from newly_closed)
    union
    select departures.shipstation_order_id
    from departures
    where {{ month_of('departures.ship_date') }} in (select newly_closed.month from newly_closed)

)

select * from rebilled
