{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per component of a line, of orders (no `shipment_id`) and of labels that list their items. `line_quantity` is
-- as sold and repeats for each component: add up `quantity`, or `line_quantity` of component 1. A SKU that is not in
-- the dictionary keeps its text, with `sku_status` unknown or unparsed: nothing is dropped. Refunds and unreadable
-- quantities have no units here.
with orders as (

    select * from {{ ref('stg_shipstation__orders') }}
    where {{ order_changed() }}

),

shipments as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }}

),

dictionary as (

    select * from {{ ref('int_sku_dictionary') }}

),

parsed as (

    select
        * exclude (item),
        {{ line_columns() }},
        unnest({{ parse_sku_lot('item.sku') }})
    from ({{ unnested_of_orders_and_labels('items', 'item') }}) as printed_lines

),

looked_up as (

    select
        *,
        coalesce(sku_key in (select dictionary.sku_key from dictionary), false) as is_whole_text_known,
        count(*) over (partition by shipstation_order_id, shipment_id, sku_key, is_adjustment, is_refund) > 1
            as is_repeated
    from parsed

),

resolved as (

    select
        looked_up.* exclude (lot_number, sku_base, is_well_formed, is_whole_text_known),
        dictionary.sku_code,
        coalesce(dictionary.component_number, 1) as component_number,
        coalesce(dictionary.component_count, 1) as component_count,
        coalesce(dictionary.multiplier, 1) as multiplier,
        looked_up.line_quantity * coalesce(dictionary.multiplier, 1) as quantity,
        case
            when not looked_up.is_whole_text_known and coalesce(dictionary.component_count, 1) = 1
                then looked_up.lot_number
        end as lot_number,
        case
            when looked_up.is_adjustment then 'adjustment'
            when dictionary.sku_code is not null then 'known'
            when looked_up.is_well_formed then 'unknown'
            else 'unparsed'
        end as sku_status
    from looked_up
    left join dictionary
        on
            dictionary.sku_key = if(looked_up.is_whole_text_known, looked_up.sku_key, looked_up.sku_base)
            and not looked_up.is_adjustment

),

flagged as (

    select
        *,
        sku_status in ('unknown', 'unparsed') or (is_repeated and sku_status = 'known')
        or is_refund or unreadable_quantity is not null or unreadable_price is not null as needs_attention
    from resolved

)

select * from flagged
