{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per shipped order, with its first ship date. A package is a label; an order marked as shipped elsewhere has
-- none. An order with two ship dates is one order. An order known only from the former system has a negative id; its
-- packages and postage are unknown.
select * from {{ ref('int_orders_shipped') }}
where {{ order_changed() }}
