{{ config(materialized='view') }}
-- One row per calendar day that has ended, from the first shipment on, and per day of a closed month: as billed if its
-- month is closed, else as the ledger has it now. `pallet_count` is a balance: its sum is pallet-days.
with charged as (

    select * from {{ ref('int_days_charged') }}
    where is_charged

),

frozen as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'day'

),

closed as (

    select month from {{ ref('int_months_closed') }}

),

billed as (

    select
        * exclude (has_ended, is_charged),
        false as is_charged_ahead,
        cast(null as varchar) as not_loaded
    from charged
    where {{ month_of('charge_date') }} not in (select closed.month from closed)
    union all by name
    select
        charge_date,
        order_count,
        package_count,
        unit_count,
        pallet_count,
        order_rate_cents,
        handling_rate_cents,
        storage_rate_cents,
        order_charge_cents,
        handling_charge_cents,
        storage_charge_cents,
        postage_cents,
        total_cents,
        coalesce(is_charged_ahead, false) as is_charged_ahead,
        not_loaded
    from frozen

)

select * from billed
