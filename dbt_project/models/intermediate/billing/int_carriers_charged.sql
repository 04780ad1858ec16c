{{ config(materialized='view') }}
-- One row per month, carrier, service and `has_ended`: packages and postage of the days that have ended (as billed if
-- the month is closed), and of today, which a close of the month now would add.
with daily as (

    select * from {{ ref('int_departures_daily') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

frozen as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'carrier'

),

closed as (

    select month from {{ ref('int_months_closed') }}

),

monthly as (

    select
        {{ month_of('daily.ship_date') }} as charge_month,
        daily.carrier_code,
        daily.service_code,
        daily.ship_date < build_context.today as has_ended,
        cast(sum(daily.package_count) as bigint) as package_count,
        cast(sum(daily.postage_cents) as bigint) as postage_cents
    from daily
    inner join build_context on daily.ship_date <= build_context.today
    group by all

),

charged as (

    select * from monthly
    where not has_ended or charge_month not in (select closed.month from closed)
    union all by name
    select
        month as charge_month,
        carrier_code,
        service_code,
        true as has_ended,
        package_count,
        postage_cents
    from frozen

)

select * from charged
