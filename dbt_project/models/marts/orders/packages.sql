{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per label or fulfillment of an order, including void ones and return labels. Do not add up postage: charges
-- are in `charge_details`.
select * from {{ ref('int_packages_sent') }}
where {{ order_changed() }}
