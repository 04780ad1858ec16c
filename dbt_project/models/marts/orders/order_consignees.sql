{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row for each order: its recipient, as far as a recall needs it. The only table with personal data: names and
-- places are here and nowhere else in the marts.
select * from {{ ref('int_consignees_read') }}
where {{ order_changed() }}
