{{ config(materialized='view') }}
-- One row per refund on an order, by SKU text, and per line of an order or label with an unreadable quantity or price,
-- with the text.
with lines as (

    select
        *,
        concat_ws(' ', 'label ' || shipment_id, 'line ' || line_number) as place,
        'Line ' || line_number || coalesce(' of label ' || shipment_id, '')
        || ' (SKU ' || {{ shown_value('shipstation_sku_raw') }} || ')' as what
    from {{ ref('int_lines_resolved') }}
    where needs_attention and component_number = 1

),

refunds as (

    select
        shipstation_order_id,
        shipstation_sku_raw,
        min(order_number) as order_number,
        min(printed_quantity) as quantity,
        min(first_seen_at) as first_seen_at
    from lines
    where is_refund
    group by all

),

excepted as (

    select
        'refund_line' as exception_type,
        'warning' as severity,
        shipstation_order_id,
        order_number,
        shipstation_sku_raw as subject,
        quantity || ' units' as cause,
        'A line of ' || quantity || ' of SKU ' || {{ shown_value('shipstation_sku_raw') }}
        || ' is a refund: no units move.' as detail,
        first_seen_at
    from refunds
    union all
    select
        'unreadable_quantity' as exception_type,
        'error' as severity,
        shipstation_order_id,
        order_number,
        place as subject,
        unreadable_quantity as cause,
        what || ': its quantity ' || unreadable_quantity || ' cannot be read, so the line counts no units.' as detail,
        first_seen_at
    from lines
    where unreadable_quantity is not null
    union all
    select
        'unreadable_amount' as exception_type,
        'warning' as severity,
        shipstation_order_id,
        order_number,
        place as subject,
        'unitPrice ' || unreadable_price as cause,
        what || ': its unitPrice ' || unreadable_price || ' cannot be read.' as detail,
        first_seen_at
    from lines
    where unreadable_price is not null

)

select * from excepted
