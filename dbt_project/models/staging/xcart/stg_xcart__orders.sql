-- One row per shop order, with its newest content. Personal data stay in the raw table. `printed_at` is wall time in
-- the business time zone.
with source as (

    select * from {{ source('xcart', 'orders') }}

),

orders as (

    select
        ---------- ids
        order_number,
        order_key,

        ---------- text
        _dlt_load_id as load_id,

        ---------- lists
        lines,

        ---------- booleans
        {{ is_manual_number('order_number') }} as is_manual_number,

        ---------- dates
        try_cast(order_date as timestamp) as printed_at,

        ---------- dates, as instants
        first_seen_at,
        changed_at
    from source

)

select * from orders
