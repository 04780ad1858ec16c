-- One row per month, carrier and service: packages and postage of the days that have ended; as billed if the month is
-- closed.
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

closed_months as (

    select * from {{ ref('closed_months') }}

),

monthly as (

    select
        {{ month_of('daily.ship_date') }} as charge_month,
        daily.carrier_code,
        daily.service_code,
        cast(sum(daily.package_count) as bigint) as package_count,
        cast(sum(daily.postage_cents) as bigint) as postage_cents
    from daily
    inner join build_context on daily.ship_date < build_context.today
    group by all

),

reported as (

    select monthly.*
    from monthly
    where monthly.charge_month not in (select closed_months.month from closed_months)
    union all by name
    select
        frozen.month as charge_month,
        frozen.carrier_code,
        frozen.service_code,
        frozen.package_count,
        frozen.postage_cents
    from frozen

)

select * from reported
