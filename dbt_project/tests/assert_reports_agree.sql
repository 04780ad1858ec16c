-- Weeks and months are sums of the same days. When this fails, the weekly plan, the daily charges and the monthly bill
-- contradict each other, and nobody can say which is right.
with shipped as (

    select
        coalesce(sum(shipped.quantity_shipped), 0) as units,
        coalesce(sum(
            if(shipped.ship_date < build_context.today, shipped.quantity_shipped, 0)
        ), 0) as charged_units
    from {{ ref('int_shipped_daily') }} as shipped
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

),

weeks as (

    select coalesce(sum(quantity_shipped), 0) as units from {{ ref('weekly_shipped_history') }}

),

months as (

    select
        coalesce(sum(unit_count), 0) as units,
        coalesce(sum(postage_cents), 0) as postage_cents,
        coalesce(sum(package_count), 0) as package_count
    from {{ ref('charge_report_monthly') }}

),

carriers as (

    select
        coalesce(sum(postage_cents), 0) as postage_cents,
        coalesce(sum(package_count), 0) as package_count
    from {{ ref('charge_report_carriers') }}

)

select
    shipped.units,
    weeks.units as units_of_weeks,
    shipped.charged_units,
    months.units as units_of_months,
    months.postage_cents,
    carriers.postage_cents as postage_cents_of_carriers
from shipped
cross join weeks
cross join months
cross join carriers
where
    shipped.units <> weeks.units
    or shipped.charged_units <> months.units
    or months.postage_cents <> carriers.postage_cents
    or months.package_count <> carriers.package_count
