{{ config(materialized='view') }}
-- One row for each SKU that open orders want: their units, less what already left of them on a label, whatever the lot.
with by_order as (

    select
        shipstation_order_id,
        sku_code,
        sum(quantity_wanted) as quantity_wanted,
        sum(quantity_gone) as quantity_gone
    from {{ ref('int_lines_outstanding') }}
    group by all

),

allocated as (

    select
        sku_code,
        cast(sum(greatest(quantity_wanted - quantity_gone, 0)) as bigint) as quantity_allocated
    from by_order
    group by sku_code

)

select * from allocated
