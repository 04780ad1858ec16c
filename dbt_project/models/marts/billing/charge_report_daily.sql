-- One row per calendar day that has ended, from the first shipment on, and per day of a closed month: as billed if its
-- month is closed, else as the ledger has it now. `pallet_count` is a balance; its sum is pallet-days. Changes after
-- the close are in `charge_restatements`.
with charged as (

    select * from {{ ref('int_days_charged') }}

),

frozen as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'day'

),

closed_months as (

    select * from {{ ref('closed_months') }}

),

reported as (

    select
        charged.* exclude (has_ended, is_charged),
        false as is_charged_ahead,
        cast(null as varchar) as not_loaded
    from charged
    where
        charged.is_charged
        and {{ month_of('charged.charge_date') }} not in (select closed_months.month from closed_months)
    union all by name
    select
        frozen.charge_date,
        frozen.order_count,
        frozen.package_count,
        frozen.unit_count,
        frozen.pallet_count,
        frozen.order_rate_cents,
        frozen.handling_rate_cents,
        frozen.storage_rate_cents,
        frozen.order_charge_cents,
        frozen.handling_charge_cents,
        frozen.storage_charge_cents,
        frozen.postage_cents,
        frozen.total_cents,
        coalesce(frozen.is_charged_ahead, false) as is_charged_ahead,
        frozen.not_loaded
    from frozen

)

select * from reported
