-- One row for each ship date × SKU × lot named on the label or line (null: none named): the one small table every
-- report adds up. Units of unknown SKUs are not here.
with lines as (

    select * from {{ ref('int_lines_shipped') }}

),

daily as (

    select
        ship_date,
        sku_code,
        lot_number,
        cast(sum(quantity) as bigint) as quantity_shipped
    from lines
    where held_back_reason is null and sku_code is not null
    group by all

)

select * from daily
