-- One row for each day of the running month that has not ended, as the month would be billed if it were closed now: the
-- day that runs as far as it is known, the days to come with storage for the stock now on hand and nothing else. None
-- once the month is closed. Amounts are null where a rate or pallet factor is missing.
{%- set counts = ['order_count', 'package_count', 'unit_count'] %}
{%- set charges = ['order_charge_cents', 'handling_charge_cents', 'postage_cents'] %}
with charged as (

    select * from {{ ref('int_days_charged') }}
    where not is_charged

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

known as (

    select
        charged.* exclude (has_ended, is_charged)
        replace (
            {% for column in counts + charges -%}
            if(charged.charge_date > build_context.today, 0, charged.{{ column }}) as {{ column }}
            {{- ', ' if not loop.last }}
            {% endfor -%}
        ),
        true as is_charged_ahead,
        cast(null as varchar) as not_loaded
    from charged
    cross join build_context

),

days as (

    select
        known.* replace (
            known.order_charge_cents + known.handling_charge_cents + known.storage_charge_cents + known.postage_cents
                as total_cents
        )
    from known

)

select * from days
