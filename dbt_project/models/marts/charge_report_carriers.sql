-- One row for each month × carrier × service: packages and postage of the days that have ended.
with daily as (

    select * from {{ ref('int_departures_daily') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

monthly as (

    select
        cast(date_trunc('month', daily.ship_date) as date) as charge_month,
        daily.carrier_code,
        daily.service_code,
        cast(sum(daily.package_count) as bigint) as package_count,
        cast(sum(daily.postage_cents) as bigint) as postage_cents
    from daily
    inner join build_context on daily.ship_date < build_context.today
    group by all

)

select * from monthly
