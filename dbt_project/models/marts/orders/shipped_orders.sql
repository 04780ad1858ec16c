{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row for each order that shipped, on its first ship date. A package is a label; an order marked as shipped
-- elsewhere has none. Two ship dates are still one order. An order that only the former
-- system knows has a negative id; its packages and postage are not known.
select * from {{ ref('int_orders_shipped') }}
where {{ order_changed() }}
