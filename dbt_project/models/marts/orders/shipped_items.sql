{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_reshipped') }}"
) }}
-- One row for each shipment × raw SKU × lot (and component, for bundles), counted on the label's ship date. The sum of
-- `quantity_shipped` by ship date and `sku_code` is what every report uses. Unknown SKUs have no `sku_code`.
select * from {{ ref('int_items_shipped') }}
where {{ order_changed('int_orders_reshipped') }}
