-- One row for each week × SKU, from the first week with a shipment to the week that runs, zero weeks included. The
-- average is over the weeks that end with this one, 52 at most; fewer on record means fewer in the divisor. A week that
-- began before the first day we know shipments of is the former system's, where it has one: whole, and only from there.
with shipped as (

    select
        {{ monday_of('ship_date') }} as week_start_date,
        sku_code,
        sum(quantity_shipped) as quantity_shipped
    from {{ ref('int_shipped_daily') }}
    group by all

),

first_day as (

    select min(ship_date) as ship_date
    from (
        select ship_date from {{ ref('int_departures_daily') }}
        union all
        select ship_date from {{ ref('stg_legacy__shipped_items') }}
    ) as known_by_day

),

history as (

    select
        history.week_start_date,
        history.sku_code,
        max(history.quantity_shipped) as quantity_shipped
    from {{ ref('stg_legacy__weekly_history') }} as history
    cross join first_day
    where history.is_week and history.week_start_date < coalesce(first_day.ship_date, date '9999-12-31')
    group by all

),

known_weeks as (

    select week_start_date from shipped
    union all
    select week_start_date from history

),

span as (

    select
        min(known_weeks.week_start_date) as first_week,
        greatest(max(known_weeks.week_start_date), {{ monday_of('max(build_context.today)') }}) as last_week
    from known_weeks
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

),

weeks as (

    select cast(unnest(generate_series(first_week, last_week, interval 7 day)) as date) as week_start_date
    from span

),

spine as (

    select
        weeks.week_start_date,
        skus.sku_code,
        cast(coalesce(history.quantity_shipped, shipped.quantity_shipped, 0) as bigint) as quantity_shipped,
        history.week_start_date is not null as is_of_former_system
    from weeks
    cross join {{ ref('stg_reference__skus') }} as skus
    left join shipped on weeks.week_start_date = shipped.week_start_date and skus.sku_code = shipped.sku_code
    left join history on weeks.week_start_date = history.week_start_date and skus.sku_code = history.sku_code

),

averages as (

    select
        week_start_date,
        sku_code,
        quantity_shipped,
        is_of_former_system,
        count(*) over last_weeks as weeks_averaged,
        cast(sum(quantity_shipped) over last_weeks as bigint) as units_averaged,
        list(quantity_shipped) over last_weeks as weekly_units,
        sum(quantity_shipped) over last_weeks / count(*) over last_weeks as average_weekly_units
    from spine
    window
        last_weeks as (
            partition by sku_code order by week_start_date
            rows between {{ var('average_weeks') | int(52) - 1 }} preceding and current row
        )

)

select * from averages
