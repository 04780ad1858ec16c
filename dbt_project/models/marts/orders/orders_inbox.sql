{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order ever loaded from ShipStation. `total_items` adds up the lines as sold, without adjustments; it is
-- not in component units and no report uses it.
select * from {{ ref('int_orders_listed') }}
where {{ order_changed() }}
