-- One row per ship date, SKU and lot named on the label or line (null: none named): the small table that every report
-- adds up. Units of unknown SKUs are not included.
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
