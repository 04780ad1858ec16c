{{ config(materialized='view') }}
-- One row per line of a carrier bill, with the label that its tracking number names; else the label that the number of
-- the shipment names, of which the parcel is a piece.
with lines as (

    select * from {{ ref('int_bill_lines_loaded') }}

),

tracked as (

    select * from {{ ref('int_bill_numbers_tracked') }}

),

numbered as (

    select
        lines.*,
        coalesce(own.label_count, whole.label_count) as tracked_count,
        coalesce(own.shipment_id, if(own.label_count is null, whole.shipment_id, null)) as tracked_id
    from lines
    {% for side, number in {'own': 'tracking_number', 'whole': 'lead_number'}.items() -%}
    left join tracked as {{ side }}
        on
            lines.{{ number }} = {{ side }}.printed_number
            and lines.charged_date is not distinct from {{ side }}.charged_date
            and lines.billed_carrier_code is not distinct from {{ side }}.billed_carrier_code
    {% endfor %}
)

select * from numbered
