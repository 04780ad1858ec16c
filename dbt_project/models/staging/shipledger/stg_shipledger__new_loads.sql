{{ config(materialized='table') }}
-- One row per dlt load that no finished build has covered. A failed build covers none, so its loads are new to the next
-- one. In a full refresh, all loads.
{%- set finished = finished_builds() %}
with loads as (

    {% for name, tables in {
        'shipstation': [
            'orders', 'shipments', 'fulfillments', 'order_states', 'carriers', 'services', 'findings', 'read_spans'
        ],
        'operations': ['entries', 'lot_states', 'frozen_months', 'closed_weeks'],
        'xcart': ['orders', 'findings', 'uploads'],
    }.items() -%}
    {%- for table in tables -%}
    select _dlt_load_id as load_id from {{ source(name, table) }}
    union
    {% endfor -%}
    {%- endfor %}
    select _dlt_load_id as load_id from {{ legacy_rows('imports', {'_dlt_load_id': 'varchar'}) }} as imports
    union
    select _dlt_load_id as load_id
    from {{ loaded_rows('carrier_bills', 'bills', {'_dlt_load_id': 'varchar'}) }} as bills

),

new_loads as (

    select load_id from loads
    {% if finished and not flags.FULL_REFRESH -%}
    where load_id not in (select unnest(load_ids) from {{ finished }})
    {%- endif %}

)

select * from new_loads
