{#- Pallets a number of units stands on: every started one counts, and a shelf below zero stands on none. -#}
{% macro pallets(units, units_per_pallet) -%}
    cast(ceil(greatest({{ units }}, 0) / {{ units_per_pallet }}) as bigint)
{%- endmacro %}

{#- Of those, the full ones; the units beside them are what is left, also of a shelf below zero. -#}
{% macro full_pallets(units, units_per_pallet) -%}
    greatest({{ units }}, 0) // {{ units_per_pallet }}
{%- endmacro %}

{#- A day that has to be charged without a rate stops the build: a missing rate must not become a free day. -#}
{% macro rate_or_refusal(charge_type) -%}
    if(
        is_charged and {{ charge_type }}_rate_cents is null,
        error('seeds/rate_card.csv: no {{ charge_type }} rate for ' || charge_date || '.'),
        {{ charge_type }}_rate_cents
    )
{%- endmacro %}

{#- The same for a stocked product without a pallet factor. -#}
{% macro factor_or_refusal() -%}
    coalesce(
        pallet_factors.units_per_pallet,
        error('seeds/pallet_factors.csv: no factor for ' || balances.sku_code || ' on ' || balances.inventory_date || '.')
    )
{%- endmacro %}

{#- The first day of the month a day lies in. -#}
{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- The sums of columns under their own names; of no rows: zeros. -#}
{% macro sums_of(columns) -%}
    {%- for column in columns -%}
    coalesce(sum({{ column }}), 0) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
