-- One row per week and SKU, from the first with a shipment to the current week, weeks of zero included. The average
-- covers the weeks that end with this one, 52 at most. A week of the former system counts with the former system's
-- units only.
with shipped as (

    select
        {{ monday_of('ship_date') }} as week_start_date,
        sku_code,
        sum(quantity_shipped) as quantity_shipped
    from {{ ref('int_shipped_daily') }}
    group by all

),

history as (

    select * from {{ ref('int_legacy_weeks') }}

),

known_weeks as (

    select week_start_date from shipped
    union all
    select week_start_date from history

),

span as (

    select
        min(known_weeks.week_start_date) as first_week,
        {{ monday_of('max(build_context.today)') }} as last_week
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
