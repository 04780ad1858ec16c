-- One row per month with a charged day or a restatement: the sum of its days, nothing calculated again, plus the
-- restatements of earlier closed months. `total_cents` is the bill: days and restatements.
with daily as (

    select * from {{ ref('charge_report_daily') }}

),

restatements as (

    select * from {{ ref('charge_restatements') }}

),

closed_months as (

    select * from {{ ref('closed_months') }}

),

parts as (

    select
        * exclude (charge_date, pallet_count, total_cents),
        pallet_count as pallet_day_count,
        total_cents as day_total_cents,
        total_cents,
        {{ month_of('charge_date') }} as charge_month,
        0 as restatement_cents
    from daily
    union all by name
    select
        billed_month as charge_month,
        total_cents as restatement_cents,
        total_cents
    from restatements

),

monthly as (

    select
        charge_month,
        {% for column in [
            'order_count', 'package_count', 'unit_count', 'pallet_day_count', 'order_charge_cents',
            'handling_charge_cents', 'storage_charge_cents', 'postage_cents', 'day_total_cents', 'restatement_cents',
            'total_cents'
        ] -%}
        cast(coalesce(sum({{ column }}), 0) as bigint) as {{ column }},
        {% endfor -%}
        max(not_loaded) as not_loaded,
        charge_month in (select closed_months.month from closed_months) as is_closed
    from parts
    group by charge_month

)

select * from monthly
