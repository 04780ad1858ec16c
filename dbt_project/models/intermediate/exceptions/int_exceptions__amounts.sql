{{ config(materialized='view') }}
-- One row per unreadable amount of an order, or of a label that is not void, with its field and text.
with orders as (

    select * from {{ ref('stg_shipstation__orders') }}

),

shipments as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where not is_voided and len(unreadable_amounts) > 0

),

unreadable as (

    {{ unnested_of_orders_and_labels('unreadable_amounts', 'amount') }}

),

excepted as (

    select
        'unreadable_amount' as exception_type,
        if(shipment_id is null, 'warning', 'error') as severity,
        shipstation_order_id,
        order_number,
        concat_ws(' ', 'label ' || shipment_id, amount.field) as subject,
        amount.shown as cause,
        case
            when shipment_id is null
                then 'The order''s ' || amount.field || ' ' || amount.shown || ' cannot be read.'
            else
                'The ' || amount.field || ' ' || amount.shown || ' of label ' || shipment_id
                || ' cannot be read, so nothing is charged for it.'
        end as detail,
        first_seen_at
    from unreadable

)

select * from excepted
