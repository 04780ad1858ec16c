{#- Number of pallets for a number of units, including started ones; 0 for negative stock. -#}
{% macro pallets(units, units_per_pallet) -%}
    cast(ceil(greatest({{ units }}, 0) / {{ units_per_pallet }}) as bigint)
{%- endmacro %}

{#- Number of full pallets; the remaining units are loose, also if the stock is negative. -#}
{% macro full_pallets(units, units_per_pallet) -%}
    greatest({{ units }}, 0) // {{ units_per_pallet }}
{%- endmacro %}

{#- A charged day without a rate fails the build, so that a missing rate does not make the day free. -#}
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

{#- First day of the month of a day. -#}
{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- Sums of columns under their own names; 0 if there are no rows. -#}
{% macro sums_of(columns) -%}
    {%- for column in columns -%}
    coalesce(sum({{ column }}), 0) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
