{{ config(materialized='view') }}
-- One row per tracking number, day and carrier on a bill that a label fits: of that carrier, shipped within 120 days,
-- because carriers use numbers again. Void labels count only if no other fits; if several do, none is meant.
with lines as (

    select * from {{ ref('int_bill_lines_loaded') }}

),

labels as (

    select
        *,
        {{ printed_number('tracking_number') }} as printed_number
    from {{ ref('stg_shipstation__shipments') }}

),

numbers as (

    {% for number in ['tracking_number', 'lead_number'] -%}
    select
        {{ number }} as printed_number,
        charged_date,
        billed_carrier_code
    from lines
    where {{ number }} is not null
    {{ 'union' if not loop.last }}
    {% endfor %}
),

tracked as (

    select
        numbers.*,
        {{ only_label() }}
    from labels
    inner join numbers
        on
            labels.printed_number = numbers.printed_number
            and {{ carrier_fits('labels.carrier_code', 'numbers.billed_carrier_code') }}
            and coalesce(abs(labels.ship_date - numbers.charged_date) <= 120, true)
    group by all

)

select * from tracked
