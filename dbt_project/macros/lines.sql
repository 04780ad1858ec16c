{#-
    Columns of a line, read from `item` as ShipStation printed it. `line_quantity` is units of goods: 0 for a refund
    (negative) or an unreadable quantity. `printed_quantity` is the quantity as printed, null if unreadable.
-#}
{% macro line_columns() -%}
    {%- set quantity = to_quantity('item.quantity') -%}
    try_cast(item.orderitemid as bigint) as order_item_id,
    item.sku as shipstation_sku_raw,
    {{ quantity }} as printed_quantity,
    greatest(coalesce({{ quantity }}, 0), 0) as line_quantity,
    {{ to_cents('item.unitprice') }} as unit_price_cents,
    {{ is_true('item.adjustment') }} as is_adjustment,
    coalesce({{ quantity }} < 0, false) and not {{ is_true('item.adjustment') }} as is_refund,
    if({{ quantity }} is null, {{ shown_value('item.quantity') }}, null) as unreadable_quantity,
    if({{ to_cents('item.unitprice') }} is null and item.unitprice is not null, {{ shown_value('item.unitprice') }}, null)
        as unreadable_price
{%- endmacro %}

{#-
    One row per element of a list in orders (no `shipment_id`) and labels, with the order's current number. Reads the
    caller's `orders` and `shipments`.
-#}
{% macro unnested_of_orders_and_labels(list, member) -%}
    select
        shipstation_order_id,
        cast(null as bigint) as shipment_id,
        order_number,
        first_seen_at,
        generate_subscripts({{ list }}, 1) as line_number,
        unnest({{ list }}) as {{ member }}
    from orders
    union all
    select
        shipments.shipstation_order_id,
        shipments.shipment_id,
        coalesce(orders.order_number, shipments.order_number) as order_number,
        shipments.first_seen_at,
        generate_subscripts(shipments.{{ list }}, 1) as line_number,
        unnest(shipments.{{ list }}) as {{ member }}
    from shipments
    left join orders on shipments.shipstation_order_id = orders.shipstation_order_id
{%- endmacro %}
