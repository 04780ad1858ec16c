-- One row per calendar day from 2015 to the end of next year: the time spine for metrics.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

days as (

    select
        cast(unnest(generate_series(
            date '2015-01-01',
            make_date(year(build_context.today) + 1, 12, 31),
            interval 1 day
        )) as date) as date_day
    from build_context

)

select * from days
