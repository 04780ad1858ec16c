{{ config(alias='skus', tags=['reference']) }}
-- Table `skus` of the contract; the seed of that name holds what users edit.
-- Made of seeds alone, which only a full build reads; the tag keeps it out of warm ones.
-- One row for each product. Key products are stocked here: ledger and inventory cover those only.
with skus as (

    select * from {{ ref('stg_reference__skus') }}

),

products as (

    select
        sku_id,
        sku_code,
        product_name,
        is_key_product,
        reorder_point
    from skus

)

select * from products
