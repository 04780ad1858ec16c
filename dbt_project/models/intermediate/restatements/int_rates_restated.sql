{{ config(materialized='view') }}
-- One row per closed month and kind of charge whose rate changed for billed days.
with days as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'day'

),

rates as (

    select * from {{ ref('int_days_rated') }}

),

charges as (

    {% for charge_type, count in {
        'order': 'order_count', 'handling': 'unit_count', 'storage': 'pallet_count'
    }.items() -%}
    select
        days.month,
        days.charge_date,
        '{{ charge_type }}' as charge_type,
        days.{{ charge_type }}_rate_cents as billed_rate_cents,
        rates.{{ charge_type }}_rate_cents as rate_cents,
        days.{{ count }} * (rates.{{ charge_type }}_rate_cents - days.{{ charge_type }}_rate_cents) as cents
    from days
    inner join rates on days.charge_date = rates.charge_date
    where days.{{ charge_type }}_rate_cents <> rates.{{ charge_type }}_rate_cents
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

restated as (

    select
        concat_ws('|', 'rate', month, charge_type) as restatement_key,
        min(charge_date) as restated_date,
        {% for charge_type in ['order', 'handling', 'storage'] -%}
        cast(coalesce(sum(cents) filter (where charge_type = '{{ charge_type }}'), 0) as bigint)
            as {{ charge_type }}_charge_cents,
        {% endfor -%}
        charge_type || ' rate changed from ' || min_by(billed_rate_cents, charge_date) || ' to '
        || min_by(rate_cents, charge_date) || ' cents, from ' || min(charge_date) || ' on' as cause
    from charges
    group by month, charge_type

)

select * from restated
