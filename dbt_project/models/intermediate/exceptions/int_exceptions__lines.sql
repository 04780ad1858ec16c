{{ config(materialized='view') }}
-- One row per order and SKU text that is wrong: unknown, unparsed, or on several lines of the order.
with lines as (

    select * from {{ ref('int_lines_resolved') }}
    where needs_attention

),

unresolved as (

    select
        shipstation_order_id,
        shipstation_sku_raw,
        sku_status,
        min(order_number) as order_number,
        cast(max(line_quantity) as bigint) as line_quantity,
        min(first_seen_at) as first_seen_at
    from lines
    where sku_status in ('unknown', 'unparsed') and not is_refund
    group by all

),

repeated as (

    select
        shipstation_order_id,
        sku_key,
        min(order_number) as order_number,
        count(*) as line_count,
        min(first_seen_at) as first_seen_at
    from lines
    where is_repeated and not is_refund and shipment_id is null and component_number = 1 and sku_status = 'known'
    group by all

),

excepted as (

    select
        sku_status || '_sku' as exception_type,
        'error' as severity,
        shipstation_order_id,
        order_number,
        if(trim(shipstation_sku_raw) = '', null, shipstation_sku_raw) as subject,
        cast(null as varchar) as cause,
        case
            when nullif(trim(shipstation_sku_raw), '') is null then 'A line of ' || line_quantity || ' has no SKU.'
            else
                'SKU "' || {{ visible_text('shipstation_sku_raw') }} || '" (' || line_quantity
                || ') is not in skus.csv or sku_aliases.csv.'
        end as detail,
        first_seen_at
    from unresolved
    union all
    select
        'duplicate_sku_on_order' as exception_type,
        'info' as severity,
        shipstation_order_id,
        order_number,
        sku_key as subject,
        line_count || ' lines' as cause,
        sku_key || ' is on ' || line_count || ' lines of the order.' as detail,
        first_seen_at
    from repeated

)

select * from excepted
