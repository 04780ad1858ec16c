-- One row for each ship date × SKU × lot: the one small table every report adds up. `lot_number` is null where no lot is
-- known. Units of unknown SKUs are not here.
with shipped_items as (

    select * from {{ ref('shipped_items') }}

),

daily as (

    select
        ship_date,
        sku_code,
        lot_number,
        cast(sum(quantity_shipped) as bigint) as quantity_shipped
    from shipped_items
    where sku_code is not null
    group by all

)

select * from daily
