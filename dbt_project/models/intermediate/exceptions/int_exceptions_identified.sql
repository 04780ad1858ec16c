{{ config(materialized='view') }}
-- One row per exception: what the models detect in the data, and what was recorded during loading. A row disappears
-- with its cause and keeps its id until then: `subject` distinguishes causes of one kind on one order, while `detail`
-- may change.
with found as (

    {% for entity in [
        'ghosts', 'orders', 'absent_orders', 'departures', 'lines', 'line_amounts', 'amounts', 'quantities', 'lots',
        'expiries', 'units', 'entries', 'months', 'local_orders', 'legacy', 'findings', 'carrier_bills'
    ] -%}
    select
        exception_type,
        severity,
        shipstation_order_id,
        order_number,
        subject,
        cause,
        detail,
        first_seen_at
    from {{ ref('int_exceptions__' ~ entity) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

numbered as (

    select
        *,
        row_number() over (
            partition by exception_type, shipstation_order_id, coalesce(subject, '')
            order by first_seen_at, severity, order_number, detail
        ) as nth
    from found

),

identified as (

    select
        md5(concat_ws('|', exception_type, coalesce(shipstation_order_id, 0), coalesce(subject, ''))) as exception_id,
        shipstation_order_id,
        exception_type,
        severity,
        order_number,
        detail,
        concat_ws(': ', severity, cause) as cause,
        first_seen_at
    from numbered
    where nth = 1

)

select * from identified
