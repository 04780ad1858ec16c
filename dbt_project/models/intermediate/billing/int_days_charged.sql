{{ config(materialized='view') }}
-- One row per calendar day up to the end of the current month: its charges as the ledger has them now, also in closed
-- months. An order is charged on its first ship date only, units on their own ship date, pallets every day, weekends
-- included. Add up only days with `is_charged`: a close of the current month would add the others.
with counted as (

    select * from {{ ref('int_days_counted') }}

),

rated as (

    select * from {{ ref('int_days_rated') }}

),

charged as (

    select
        counted.charge_date,
        counted.order_count,
        counted.package_count,
        counted.unit_count,
        counted.pallet_count,
        rated.has_ended,
        rated.is_charged,
        rated.order_rate_cents,
        rated.handling_rate_cents,
        rated.storage_rate_cents,
        counted.order_count * rated.order_rate_cents as order_charge_cents,
        counted.unit_count * rated.handling_rate_cents as handling_charge_cents,
        counted.pallet_count * rated.storage_rate_cents as storage_charge_cents,
        counted.postage_cents
    from counted
    inner join rated on counted.charge_date = rated.charge_date

),

totalled as (

    select
        *,
        order_charge_cents + handling_charge_cents + storage_charge_cents + postage_cents as total_cents
    from charged

)

select * from totalled
