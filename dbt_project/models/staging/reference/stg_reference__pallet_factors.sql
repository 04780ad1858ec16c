{{ config(post_hook='{{ check_pallet_factors() }}') }}
-- One row per SKU and validity period: units per full pallet.
with source as (

    select * from {{ ref('pallet_factors') }}

),

pallet_factors as (

    select
        {{ spelled('sku_code') }} as sku_code,
        units_per_pallet,
        valid_from as valid_from_date,
        coalesce(valid_to, date '9999-12-31') as valid_to_date
    from source

)

select * from pallet_factors
