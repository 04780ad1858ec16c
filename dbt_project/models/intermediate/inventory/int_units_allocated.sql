{{ config(materialized='view') }}
-- One row per SKU in open orders: its units minus those already shipped on a label, whatever the lot.
with outstanding as (

    select * from {{ ref('int_lines_outstanding') }}

),

allocated as (

    select
        sku_code,
        cast(sum(quantity) as bigint) as quantity_allocated
    from outstanding
    group by sku_code

)

select * from allocated
