-- One row for each calendar day from the first shipment on up to the business day, zeros included: what left, as the
-- ledger has it now. Every report, page and sentence about a day or week takes its orders, packages and units from
-- here, and so do the charges. An order counts on its first ship date only, units on their own.
with days_shipped as (

    select * from {{ ref('int_days_shipped') }}

),

shipped_daily as (

    select
        ship_date,
        order_count,
        package_count,
        unit_count,
        unknown_unit_count,
        unassigned_unit_count,
        postage_cents
    from days_shipped

)

select * from shipped_daily
