{{ config(materialized='view') }}
-- One row per month, carrier and service of the days that have ended, with the names to show. A code without a name is
-- its own name. The final cost has what carriers billed for labels of which a bill is loaded, in place of the postage
-- of the month, also if it was closed with another one. A service of void labels only has a row in closed months, if
-- they cost something: what a month is closed with depends on no bill.
with charged as (

    select * from {{ ref('int_carriers_charged') }}
    where has_ended

),

carriers as (

    select * from {{ ref('int_carriers_named') }}

),

services as (

    select * from {{ ref('int_services_named') }}

),

costed as (

    select * from {{ ref('int_carriers_costed') }}

),

summed as (

    select
        coalesce(charged.charge_month, costed.charge_month) as charge_month,
        coalesce(charged.carrier_code, costed.carrier_code) as carrier_code,
        coalesce(charged.service_code, costed.service_code) as service_code,
        coalesce(charged.package_count, 0) as package_count,
        coalesce(charged.postage_cents, 0) as postage_cents,
        coalesce(costed.billed_label_count, 0) as billed_label_count,
        coalesce(costed.difference_cents, 0) as difference_cents
    from charged
    full outer join costed
        on
            charged.charge_month = costed.charge_month
            and charged.carrier_code = costed.carrier_code
            and charged.service_code = costed.service_code
    where
        charged.charge_month is not null
        or (costed.is_closed and costed.difference_cents <> 0)

),

billed as (

    select
        summed.charge_month,
        summed.carrier_code,
        summed.service_code,
        coalesce(carriers.carrier_name, summed.carrier_code) as carrier_name,
        coalesce(services.service_name, summed.service_code) as service_name,
        summed.package_count,
        summed.postage_cents,
        summed.billed_label_count,
        cast(summed.postage_cents + summed.difference_cents as bigint) as final_cost_cents
    from summed
    left join carriers on summed.carrier_code = carriers.carrier_code
    left join services
        on
            summed.carrier_code = services.carrier_code
            and summed.service_code = services.service_code

)

select * from billed
