{{ config(post_hook='{{ check_skus() }}') }}
-- One row per product.
with source as (

    select * from {{ ref('skus') }}

),

skus as (

    select
        {{ spelled('sku_code') }} as sku_id,
        {{ spelled('sku_code') }} as sku_code,
        product_name,
        reorder_point,
        is_key_product
    from source

)

select * from skus
