{#- Checks of reference data with a validity period; they continue `reference_checks.sql`. -#}

{#- A required key has no row: the row to add comes after the last one. -#}
{% macro keys_without_rows(seed, key, needed) -%}
    select
        (select count(*) + 2 from {{ ref(seed) }}) as file_row,
        '{{ key }} has no row for ' || {{ key }} || '; add one.' as problem
    from {{ needed }}
    where {{ key }} not in (select {{ key }} from {{ rows_of(seed) }} as present where {{ key }} is not null)
{%- endmacro %}

{#-
    Periods of one key must follow each other without gaps and the last must be open; otherwise a day has two values or
    none.
-#}
{% macro problem_of_span(key) -%}
    when valid_from is null then 'valid_from is empty.'
    when valid_to < valid_from then 'valid_to is before valid_from.'
    when valid_from <= lag(coalesce(valid_to, date '9999-12-31')) over (partition by {{ key }} order by valid_from, file_row)
        then 'valid_from ' || valid_from || ' of ' || {{ key }} || ' overlaps the row before it in time.'
    when valid_from > lag(valid_to) over (partition by {{ key }} order by valid_from, file_row) + 1
        then 'valid_from ' || valid_from || ' of ' || {{ key }} || ' leaves the days before it without a value.'
    when valid_to is not null and lead(valid_from) over (partition by {{ key }} order by valid_from, file_row) is null
        then 'valid_to ' || valid_to || ' of ' || {{ key }} || ' leaves the days after it without a value.'
{%- endmacro %}

{% macro check_pallet_factors() -%}
    {%- call refuse('pallet_factors') -%}
    select
        file_row,
        case
            when sku_code is null or sku_code not in (select sku_code from {{ rows_of('skus') }} as skus)
                then 'sku_code ' || coalesce(sku_code, '(empty)') || ' is no product of skus.csv.'
            when not coalesce(units_per_pallet > 0, false) then 'units_per_pallet must be 1 or more.'
            {{ problem_of_span('sku_code') }}
        end as problem
    from {{ rows_of('pallet_factors') }}
    union all
    {{ keys_without_rows(
        'pallet_factors', 'sku_code', '(select sku_code from ' ~ rows_of('skus') ~ ' as skus where is_key_product)'
    ) }}
    {%- endcall -%}
{%- endmacro %}

{% macro check_rate_card() -%}
    {%- call refuse('rate_card') -%}
    select
        file_row,
        case
            when not coalesce(charge_type in ('order', 'handling', 'storage'), false)
                then 'charge_type must be order, handling or storage.'
            when not coalesce(rate_cents >= 0, false) then 'rate_cents must be 0 or more.'
            {{ problem_of_span('charge_type') }}
        end as problem
    from {{ rows_of('rate_card') }}
    union all
    {{ keys_without_rows(
        'rate_card', 'charge_type', "(values ('order'), ('handling'), ('storage')) as charges (charge_type)"
    ) }}
    {%- endcall -%}
{%- endmacro %}
