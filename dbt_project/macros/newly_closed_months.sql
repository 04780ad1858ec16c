{#- Months with a close that no green build has covered. -#}
{% macro newly_closed_months() -%}
    (
        select closes.month
        from {{ ref('stg_operations__frozen_months') }} as closes
        where closes.load_id in {{ unbuilt_loads() }}
    )
{%- endmacro %}
