-- One row per component of a line known only from the former system: shipped before ShipStation's first label, in an
-- order never loaded from ShipStation. Orders in ShipStation count from there, so no unit counts twice. Lines dated
-- after the import are left out: they cannot have shipped by then.
with items as (

    select
        *,
        unnest({{ parse_sku_lot('sku_raw') }})
    from {{ ref('stg_legacy__shipped_items') }}

),

dictionary as (

    select * from {{ ref('int_sku_dictionary') }}

),

last_import as (

    select max(imported_at) as imported_at from {{ ref('stg_legacy__imports') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

first_label as (

    select min(ship_date) as ship_date from {{ ref('stg_shipstation__shipments') }}
    where not is_voided and not is_return_label

),

only_there as (

    select
        items.*,
        items.sku_key in (select dictionary.sku_key from dictionary) as is_whole_text_known
    from items
    cross join first_label
    cross join last_import
    cross join build_context
    where
        items.quantity_shipped > 0
        and items.ship_date <= {{ business_date('last_import.imported_at', 'build_context.timezone') }}
        and items.ship_date < coalesce(first_label.ship_date, date '9999-12-31')
        and items.order_number not in (
            select orders.order_number from {{ ref('stg_shipstation__orders') }} as orders
            where orders.order_number is not null
        )

),

lines as (

    select
        md5('former|' || only_there.legacy_item_id || '|' || coalesce(dictionary.sku_code, '')) as line_key,
        -cast(hash(only_there.order_number) >> 2 as bigint) as shipstation_order_id,
        -cast(hash(only_there.order_number, only_there.ship_date) >> 2 as bigint) as shipment_id,
        only_there.sku_raw as shipstation_sku_raw,
        dictionary.sku_code,
        if(only_there.is_whole_text_known, null, only_there.lot_number) as lot_number,
        only_there.order_number,
        only_there.ship_date,
        cast(null as varchar) as held_back_reason,
        cast(null as timestamptz) as first_seen_at,
        cast(only_there.quantity_shipped * coalesce(dictionary.multiplier, 1) as bigint) as quantity
    from only_there
    left join dictionary
        on dictionary.sku_key = if(only_there.is_whole_text_known, only_there.sku_key, only_there.sku_base)

)

select * from lines
