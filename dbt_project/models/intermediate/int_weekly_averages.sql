-- One row for each week × SKU, from the first week with a shipment to the week that runs, zero weeks included. The
-- average is over the weeks that end with this one, 52 at most; fewer on record means fewer in the divisor.
with shipped as (

    select
        {{ monday_of('ship_date') }} as week_start_date,
        sku_code,
        sum(quantity_shipped) as quantity_shipped
    from {{ ref('int_shipped_daily') }}
    group by all

),

span as (

    select
        min(shipped.week_start_date) as first_week,
        greatest(max(shipped.week_start_date), {{ monday_of('max(build_context.today)') }}) as last_week
    from shipped
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
        cast(coalesce(shipped.quantity_shipped, 0) as bigint) as quantity_shipped
    from weeks
    cross join {{ ref('stg_reference__skus') }} as skus
    left join shipped on weeks.week_start_date = shipped.week_start_date and skus.sku_code = shipped.sku_code

),

averages as (

    select
        week_start_date,
        sku_code,
        quantity_shipped,
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
