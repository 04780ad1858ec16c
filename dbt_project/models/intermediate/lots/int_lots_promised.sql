{{ config(materialized='view') }}
-- One row for each lot of a SKU that open orders of ShipStation name, and one without a lot for what they want of the
-- SKU without naming any: their units, less what already left of them. An upload must not promise them again.
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
