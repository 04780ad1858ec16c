{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order: its recipient, for lot recalls. The only mart with personal data.
select * from {{ ref('int_consignees_read') }}
where {{ order_changed() }}
