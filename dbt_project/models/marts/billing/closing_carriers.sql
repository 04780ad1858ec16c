-- One row per carrier and service of today: what a close of the current month now would bill besides the days that have
-- ended.
with daily as (

    select * from {{ ref('int_departures_daily') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

carriers as (

    select
        {{ month_of('daily.ship_date') }} as charge_month,
        daily.carrier_code,
        daily.service_code,
        daily.package_count,
        daily.postage_cents
    from daily
    inner join build_context on daily.ship_date = build_context.today

)

select * from carriers
