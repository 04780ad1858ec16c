{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_reshipped') }}"
) }}
-- One row per shipment, raw SKU and lot (and component of a bundle), counted on the label's ship date. Every report
-- uses the sum of `quantity_shipped` by ship date and `sku_code`. Unknown SKUs have no `sku_code`.
select * from {{ ref('int_items_shipped') }}
where {{ order_changed('int_orders_reshipped') }}
