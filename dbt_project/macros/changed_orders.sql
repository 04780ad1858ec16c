{#- Whether the build before this one failed: the worker notes each build that begins, and clears its notes after a green one. -#}
{% macro is_repeated() -%}
    (select count(*) from {{ source('shipledger', 'begun_builds') }}) > 1
{%- endmacro %}

{#-
    A further part of a union: the change set of the last build, when that build failed. It may have parsed the new version of a
    row already, and only the version before it names an order that must be computed too: the one that a label has left.
-#}
{% macro carried_over(column) -%}
    {%- if previous_build_of(this.schema, this.identifier) is not none %}
    union
    select {{ column }}
    from {{ this }}
    where {{ is_repeated() }}
    {%- endif %}
{%- endmacro %}

{#- A further part of a union: the orders that newly loaded labels or fulfillments belonged to in the last build. -#}
{% macro orders_of_last_build(table) -%}
    {%- set last = previous_build_of('staging', 'stg_shipstation__' ~ table) -%}
    {%- set key = {'shipments': 'shipment_id', 'fulfillments': 'fulfillment_id'}[table] -%}
    {%- if last is not none %}
    union
    select shipstation_order_id
    from {{ last }}
    where {{ key }} in (
        select loaded.{{ key }}
        from {{ source('shipstation', table) }} as loaded
        where loaded._dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endif %}
{%- endmacro %}

{#- A further part of a union: the orders that have, or had, a number of the touched ones. Reads the caller's `touched`. -#}
{% macro orders_of_the_same_number() -%}
    {%- set last = previous_build_of('staging', 'stg_shipstation__orders') -%}
    {%- if last is not none %}
    union
    select shipstation_order_id
    from {{ last }}
    where number_hash in (
        select known.number_hash
        from {{ last }} as known
        where known.shipstation_order_id in (select touched.shipstation_order_id from touched)
        union
        select {{ hash_of_number('loaded.order_number') }}
        from {{ source('shipstation', 'orders') }} as loaded
        where loaded._dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endif %}
{%- endmacro %}

{#-
    A further part of a union: the orders that left, or were to leave, on a day that has come, come near or, by a clock set
    back, gone away again since the last build. One condition at a time: DuckDB then passes over blocks without such rows.
-#}
{% macro orders_whose_day_came() -%}
    {%- set build_context = ref('stg_shipledger__build_context') -%}
    {%- set last = previous_build_of('intermediate', 'int_departures') -%}
    {%- set today = '(select today from ' ~ build_context ~ ')' -%}
    {%- if last is not none %}
    union
    select shipstation_order_id
    from {{ last }}
    where
        held_back_reason in ('before_its_day', 'future_ship_date')
        and held_back_reason is distinct from {{ reason_of_day_to_come('ship_date', today) }}
    union
    select shipstation_order_id
    from {{ last }}
    where ship_date > {{ today }} and held_back_reason is null
    {%- endif %}
{%- endmacro %}

{#- Why a departure is in no report yet: a label may be bought some days before the parcel leaves, not in another year. -#}
{% macro reason_of_day_to_come(ship_date, today) -%}
    case
        when {{ ship_date }} > {{ today }} + {{ var('early_label_days') }} then 'future_ship_date'
        when {{ ship_date }} > {{ today }} then 'before_its_day'
    end
{%- endmacro %}
