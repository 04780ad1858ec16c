-- One row per day, key product and lot with an event, from the opening day on: units received, units shipped on labels
-- that name the lot and, in the row without a lot, units to take from any lot. Entries without a lot affect no lot.
with opening_balances as (

    select * from {{ ref('stg_reference__opening_balances') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

opening_day as (

    select min(opening_date) as opening_date from opening_balances

),

movements as (

    select
        opening_date as movement_date,
        sku_code,
        lot_number,
        quantity as quantity_in,
        0 as quantity_out
    from opening_balances
    where lot_number is not null
    union all
    select
        entries.entry_date as movement_date,
        entries.sku_code,
        entries.lot_number,
        entries.quantity as quantity_in,
        0 as quantity_out
    from {{ ref('int_entries_booked') }} as entries
    where entries.lot_number is not null
    union all
    select
        shipped.ship_date as movement_date,
        shipped.sku_code,
        shipped.lot_number,
        0 as quantity_in,
        shipped.quantity_shipped as quantity_out
    from {{ ref('int_shipped_daily') }} as shipped
    inner join opening_day on shipped.ship_date > opening_day.opening_date

),

events as (

    select
        movements.movement_date,
        movements.sku_code,
        movements.lot_number,
        cast(sum(movements.quantity_in) as bigint) as quantity_in,
        cast(sum(movements.quantity_out) as bigint) as quantity_out
    from movements
    inner join skus on movements.sku_code = skus.sku_code
    group by all
    having sum(movements.quantity_in) <> 0 or sum(movements.quantity_out) <> 0

)

select * from events
