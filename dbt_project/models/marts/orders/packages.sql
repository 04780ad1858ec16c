{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row for each label and each fulfillment of an order, void ones and return labels too: what was sent, or was to be
-- sent. Not to be added up: what is charged is in `charge_details`.
select * from {{ ref('int_packages_sent') }}
where {{ order_changed() }}
