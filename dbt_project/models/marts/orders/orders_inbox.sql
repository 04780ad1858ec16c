{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row for each order ShipStation ever gave us. `total_items` adds up the lines as sold, adjustments left out; it is
-- not in component units and belongs in no report.
select * from {{ ref('int_orders_listed') }}
where {{ order_changed() }}
