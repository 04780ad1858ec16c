-- One row for each month with a charged day: the sum of its days, nothing computed again.
with daily as (

    select * from {{ ref('charge_report_daily') }}

),

monthly as (

    select
        cast(date_trunc('month', charge_date) as date) as charge_month,
        {% for column in [
            'order_count', 'package_count', 'unit_count', 'order_charge_cents', 'handling_charge_cents',
            'storage_charge_cents', 'postage_cents', 'total_cents'
        ] -%}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from daily
    group by charge_month

)

select * from monthly
