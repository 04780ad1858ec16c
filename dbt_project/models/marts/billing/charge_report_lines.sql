-- One row per invoice line of a month: orders, units and pallet-days at each rate, postage, and restatements of earlier
-- months. The lines of a month add up to its `total_cents`.
with daily as (

    select * from {{ ref('charge_report_daily') }}

),

monthly as (

    select * from {{ ref('charge_report_monthly') }}

),

parts as (

    {% for kind, count in {'order': 'order_count', 'handling': 'unit_count', 'storage': 'pallet_count'}.items() -%}
    select
        {{ month_of('charge_date') }} as charge_month,
        {{ loop.index }} as rank,
        '{{ kind }}' as charge_kind,
        {{ kind }}_rate_cents as rate_cents,
        min(charge_date) as first_date,
        cast(sum({{ count }}) as bigint) as quantity,
        cast(sum({{ kind }}_charge_cents) as bigint) as amount_cents
    from daily
    where {{ count }} <> 0
    group by all
    union all
    {% endfor -%}
    select
        charge_month,
        4 as rank,
        'postage' as charge_kind,
        null as rate_cents,
        charge_month as first_date,
        package_count as quantity,
        postage_cents as amount_cents
    from monthly
    union all
    select
        charge_month,
        5 as rank,
        'restatement' as charge_kind,
        null as rate_cents,
        charge_month as first_date,
        null as quantity,
        restatement_cents as amount_cents
    from monthly
    where restatement_cents <> 0

),

lines as (

    select
        charge_month,
        row_number() over (
            partition by charge_month order by rank, first_date, rate_cents
        ) as line_number,
        charge_kind,
        rate_cents,
        quantity,
        amount_cents
    from parts

)

select * from lines
