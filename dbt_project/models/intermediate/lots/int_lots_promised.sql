{{ config(materialized='view') }}
-- One row per lot named in open ShipStation orders, and one without a lot per SKU for units without a named lot: their
-- units minus those already shipped. An upload must not use them again.
with outstanding as (

    select * from {{ ref('int_lines_outstanding') }}

),

promised as (

    select
        sku_code,
        lot_number,
        cast(sum(quantity) as bigint) as quantity_promised
    from outstanding
    group by all

)

select * from promised
