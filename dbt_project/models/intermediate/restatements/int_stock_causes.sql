{{ config(materialized='view') }}
-- One row per closed month and key product whose pallet-days differ from the bill: the stock movements since the close.
with moves as (

    select * from {{ ref('int_stock_moves_unbilled') }}

),

causes as (

    select
        month,
        sku_code,
        if(count(*) = 1, min(shipstation_order_id), null) as shipstation_order_id,
        if(count(*) = 1, min(order_number), null) as order_number,
        if(count(*) = 1, min(shipment_id), null) as shipment_id,
        if(count(*) = 1, min(entry_id), null) as entry_id,
        array_to_string(list(cause order by moved_date, cause)[:3], '; ')
        || if(count(*) > 3, '; and ' || (count(*) - 3) || ' more', '') as causes
    from moves
    group by month, sku_code

)

select * from causes
