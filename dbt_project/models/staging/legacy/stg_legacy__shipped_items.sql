-- One row per shipped line of the former system. The line's own ship date counts; `is_dated_by_order`: it had none, so
-- its order's date is used.
with source as (

    select *
    from
        {{ legacy_rows('shipped_items', {
            'id': 'bigint', 'ship_date': 'varchar', 'sku_lot': 'varchar', 'base_sku': 'varchar',
            'quantity_shipped': 'bigint', 'order_number': 'varchar'
        }) }}

),

orders as (

    select
        order_number,
        min({{ legacy_date('ship_date') }}) as ship_date
    from {{ legacy_rows('shipped_orders', {'order_number': 'varchar', 'ship_date': 'varchar'}) }}
    group by order_number

),

items as (

    select
        ---------- ids
        source.id as legacy_item_id,
        source.order_number,

        ---------- text
        coalesce(nullif(trim(source.sku_lot), ''), source.base_sku) as sku_raw,

        ---------- numerics
        source.quantity_shipped,

        ---------- booleans
        {{ legacy_date('source.ship_date') }} is null and orders.ship_date is not null as is_dated_by_order,

        ---------- dates
        coalesce({{ legacy_date('source.ship_date') }}, orders.ship_date) as ship_date
    from source
    left join orders on source.order_number = orders.order_number

)

select * from items
