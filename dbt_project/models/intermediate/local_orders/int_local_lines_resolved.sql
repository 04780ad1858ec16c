-- One row per component of a shop order line. Bundles are split into components here, by the same dictionary as
-- ShipStation's lines, and nowhere else.
with orders as (

    select * from {{ ref('stg_xcart__orders') }}

),

dictionary as (

    select * from {{ ref('int_sku_dictionary') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}

),

lines as (

    select
        order_number,
        first_seen_at,
        unnest(from_json(lines, '[{"sku": "VARCHAR", "amount": "BIGINT"}]')) as shop_line
    from orders

),

parsed as (

    select
        order_number,
        first_seen_at,
        shop_line.sku as sku_raw,
        shop_line.amount as line_quantity,
        unnest({{ parse_sku_lot('shop_line.sku') }})
    from lines

),

looked_up as (

    select
        *,
        if(sku_key in (select dictionary.sku_key from dictionary), sku_key, sku_base) as dictionary_key
    from parsed

),

resolved as (

    select
        looked_up.order_number,
        looked_up.sku_raw,
        coalesce(dictionary.sku_code, 'text ' || looked_up.sku_key, 'no text') as item_key,
        dictionary.sku_code,
        looked_up.line_quantity * coalesce(dictionary.multiplier, 1) as quantity,
        case
            when skus.is_key_product then 'stocked'
            when dictionary.sku_code is not null then 'not_stocked'
            when looked_up.is_well_formed then 'unknown'
            else 'unparsed'
        end as sku_status,
        looked_up.first_seen_at
    from looked_up
    left join dictionary on looked_up.dictionary_key = dictionary.sku_key
    left join skus on dictionary.sku_code = skus.sku_code

)

select * from resolved
