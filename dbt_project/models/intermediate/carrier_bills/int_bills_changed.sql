{{ config(materialized='table') }}
-- One row if a bill was loaded, or a label that is on a bill changed, since the last finished build; else none, and the
-- lines keep their classes.
{%- set settled = parcels_settled() %}
with lines as (

    select * from {{ ref('stg_carrier_bills__lines') }}

),

new_loads as (

    select * from {{ ref('stg_shipledger__new_loads') }}

),

bills as (

    select * from {{ ref('stg_carrier_bills__bills') }}
    where load_id in (select new_loads.load_id from new_loads)

),

labels as (

    select
        shipment_id,
        order_number,
        {{ printed_number('tracking_number') }} as printed_number
    from {{ ref('stg_shipstation__shipments') }}
    where load_id in (select new_loads.load_id from new_loads)

),

touched as (

    select 1 as is_touched from bills
    union all
    select 1 as is_touched
    from lines
    where
        tracking_number in (select labels.printed_number from labels)
        or lead_number in (select labels.printed_number from labels)
        or reference in (select labels.order_number from labels)
    {%- if settled %}
    union all
    -- A label with another number is no longer on the bills that name the old one.
    select 1 as is_touched
    from {{ settled }} as parcels
    where parcels.shipment_id in (select labels.shipment_id from labels)
    {%- endif %}

),

changed as (

    select distinct true as is_changed from touched

)

select * from changed
