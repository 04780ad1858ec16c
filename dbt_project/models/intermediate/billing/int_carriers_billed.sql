{{ config(materialized='view') }}
-- One row per month, carrier and service of the days that have ended, with the names to show. A code without a name is
-- its own name. The final cost has what carriers billed, for labels of which a bill is loaded.
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

    select
        {{ month_of('ship_date') }} as charge_month,
        coalesce(carrier_code, 'unknown') as carrier_code,
        coalesce(service_code, 'unknown') as service_code,
        count(*) filter (where bill_state = 'billed') as billed_label_count,
        sum(difference_cents) as difference_cents
    from {{ ref('int_labels_costed') }}
    group by all

),

billed as (

    select
        charged.charge_month,
        charged.carrier_code,
        charged.service_code,
        coalesce(carriers.carrier_name, charged.carrier_code) as carrier_name,
        coalesce(services.service_name, charged.service_code) as service_name,
        charged.package_count,
        charged.postage_cents,
        coalesce(costed.billed_label_count, 0) as billed_label_count,
        cast(charged.postage_cents + coalesce(costed.difference_cents, 0) as bigint) as final_cost_cents
    from charged
    left join carriers on charged.carrier_code = carriers.carrier_code
    left join services
        on
            charged.carrier_code = services.carrier_code
            and charged.service_code = services.service_code
    left join costed
        on
            charged.charge_month = costed.charge_month
            and charged.carrier_code = costed.carrier_code
            and charged.service_code = costed.service_code

)

select * from billed
