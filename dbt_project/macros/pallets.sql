{#- Pallets a number of units stands on: every started one counts, and a shelf below zero stands on none. -#}
{% macro pallets(units, units_per_pallet) -%}
    cast(ceil(greatest({{ units }}, 0) / {{ units_per_pallet }}) as bigint)
{%- endmacro %}
