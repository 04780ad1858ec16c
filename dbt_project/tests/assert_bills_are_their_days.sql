-- What months bill, with their restatements, are the units, orders, packages and postage of the days they charge, and
-- the total billed is what the ledger charges now, but for what carriers billed. If this fails, the monthly bill and
-- the daily charges contradict each other, and it is unclear which is right.
with days as (

    select * from {{ ref('int_days_charged') }}
    where is_charged

),

shipped as (

    select coalesce(sum(shipped.quantity_shipped), 0) as charged_units
    from {{ ref('int_shipped_daily') }} as shipped
    where shipped.ship_date in (select days.charge_date from days)

),

months as (

    select {{ sums_of(['unit_count', 'order_count', 'postage_cents', 'package_count', 'total_cents']) }}
    from {{ ref('charge_report_monthly') }}

),

restatements as (

    select
        {{ sums_of(['unit_count', 'order_count', 'postage_cents', 'package_count', 'total_cents']) }},
        coalesce(sum(total_cents) filter (where restatement_kind = 'carrier_bill'), 0) as carrier_bill_cents
    from {{ ref('charge_restatements') }}

),

details as (

    select
        {{ sums_of(['unit_count', 'order_count', 'postage_cents', 'package_count']) }},
        bool_or(is_missing) as is_history_missing
    from {{ ref('charge_details') }}
    where ship_date in (select days.charge_date from days)

),

ledger as (

    select {{ sums_of(['total_cents']) }} from days

)

select
    shipped.charged_units,
    details.unit_count as units_of_details,
    months.unit_count + restatements.unit_count as units_billed,
    months.order_count + restatements.order_count as orders_billed,
    details.order_count as orders_of_details,
    months.total_cents as total_cents_billed,
    ledger.total_cents as total_cents_of_ledger
from shipped
cross join months
cross join restatements
cross join details
cross join ledger
where
    shipped.charged_units <> details.unit_count
    or (
        not coalesce(details.is_history_missing, false)
        and (
            months.unit_count + restatements.unit_count <> details.unit_count
            or months.order_count + restatements.order_count <> details.order_count
            or months.package_count + restatements.package_count <> details.package_count
            or months.postage_cents + restatements.postage_cents - restatements.carrier_bill_cents
            <> details.postage_cents
            or months.total_cents - restatements.carrier_bill_cents <> ledger.total_cents
        )
    )
