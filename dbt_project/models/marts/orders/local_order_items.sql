-- One row for each product of an order of the shop, lines added up and bundles taken apart; what no list knows keeps
-- its text. These are not ShipStation's units: a unit is counted where ShipStation ships it, and nothing here is added
-- to that.
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
