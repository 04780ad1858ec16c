-- One row per product of a shop order, lines added up and bundles split into components; an unknown SKU keeps its text.
-- Do not add these units to ShipStation's: a unit counts where ShipStation ships it.
with local_items_listed as (

    select * from {{ ref('int_local_items_listed') }}

),

local_order_items as (

    select
        order_number,
        item_key,
        sku_id,
        sku_code,
        sold_as,
        sku_status,
        quantity,
        first_seen_at
    from local_items_listed

)

select * from local_order_items
