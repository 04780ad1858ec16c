{{ config(materialized='view') }}
-- One row per month, carrier and service of the days that have ended, with the names to show. A code without a name is
-- its own name.
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

billed as (

    select
        charged.charge_month,
        charged.carrier_code,
        charged.service_code,
        coalesce(carriers.carrier_name, charged.carrier_code) as carrier_name,
        coalesce(services.service_name, charged.service_code) as service_name,
        charged.package_count,
        charged.postage_cents
    from charged
    left join carriers on charged.carrier_code = carriers.carrier_code
    left join services
        on
            charged.carrier_code = services.carrier_code
            and charged.service_code = services.service_code

)

select * from billed
