{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order: its recipient, for lot recalls. The only mart with personal data.
with recipients as (

    select * from {{ ref('int_consignees_read') }}
    where {{ order_changed() }}

),

order_consignees as (

    select
        shipstation_order_id,
        nullif(trim(ship_to.name), '') as consignee_name,
        nullif(trim(ship_to.company), '') as company,
        nullif(trim(ship_to.city), '') as city,
        nullif(trim(ship_to.state), '') as state,
        nullif(trim(ship_to.postalcode), '') as postal_code,
        nullif(trim(ship_to.country), '') as country
    from recipients

)

select * from order_consignees
