-- The change set: one row per order that an incremental build computes again. Orders that a new row names or its
-- earlier versions named; orders that share or shared a number with one of these (one may make the other a duplicate);
-- orders whose origin a new shop order determines; orders dated after the last finished build. All orders if their
-- inputs changed.
with new_loads as (

    select load_id from {{ ref('stg_shipledger__new_loads') }}

),

ever_named as (

    select * from {{ ref('int_orders_ever_named') }}

),

orders as (

    select * from {{ ref('stg_shipstation__orders') }}

),

new_local_orders as (

    select
        order_key,
        {{ hash_of_number('order_number') }} as number_hash
    from {{ ref('stg_xcart__orders') }}
    where load_id in (select new_loads.load_id from new_loads)

),

new_rows as (

    select
        row_kind,
        row_id
    from {{ ref('int_orders_named') }}
    where load_id in (select new_loads.load_id from new_loads)

),

touched as (

    select ever_named.shipstation_order_id
    from ever_named
    inner join new_rows on ever_named.row_kind = new_rows.row_kind and ever_named.row_id = new_rows.row_id
    union
    select shipstation_order_id from {{ ref('int_orders_dated_ahead') }}
    union
    select shipstation_order_id from orders
    where
        order_key in (select new_local_orders.order_key from new_local_orders)
        or number_hash in (select new_local_orders.number_hash from new_local_orders)
    union
    select shipstation_order_id from {{ ref('int_orders_of_other_inputs') }}

),

numbers as (

    select number_hash from ever_named
    where number_hash is not null and shipstation_order_id in (select touched.shipstation_order_id from touched)

),

changed as (

    select shipstation_order_id from touched
    union
    select shipstation_order_id from ever_named
    where number_hash in (select numbers.number_hash from numbers)

)

select * from changed
