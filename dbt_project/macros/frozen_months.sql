{#- The columns of a frozen line, by kind: what `workflows.frozen` wrote as JSON. -#}
{% macro frozen_lines(kind, condition='true') -%}
    {%- set counts = ['order_count', 'package_count', 'unit_count', 'postage_cents'] -%}
    {%- set charges = ['order_charge_cents', 'handling_charge_cents', 'storage_charge_cents', 'total_cents'] -%}
    {%- set rates = ['order_rate_cents', 'handling_rate_cents', 'storage_rate_cents'] -%}
    {%- set bigints = {
        'day': counts + charges + rates + ['pallet_count'],
        'carrier': ['package_count', 'postage_cents'],
        'restatement': counts + charges + ['pallet_count', 'shipment_id'],
        'detail': counts + ['shipment_id'],
        'stock': ['quantity_on_hand', 'units_per_pallet', 'pallet_count'],
        'movement': ['quantity'],
    }[kind] -%}
    {%- set dates = {
        'day': ['charge_date'], 'carrier': ['charge_month'],
        'restatement': ['billed_month', 'restated_date'], 'detail': ['ship_date'],
        'stock': ['inventory_date'], 'movement': ['transaction_date'],
    }[kind] -%}
    {%- set texts = {
        'day': ['not_loaded'], 'carrier': ['carrier_code', 'service_code'],
        'restatement': ['restatement_key', 'restatement_kind', 'order_number', 'entry_id', 'sku_codes', 'cause'],
        'detail': ['detail_key', 'order_number', 'units_by_sku'],
        'stock': ['sku_code'], 'movement': ['transaction_id', 'sku_code', 'transaction_type'],
    }[kind] -%}
    {%- set fields = [] -%}
    {%- set flags_of_line = ['is_charged_ahead'] if kind == 'day' else [] -%}
    {%- for type, names in {
        'BIGINT': bigints, 'DATE': dates, 'VARCHAR': texts, 'BOOLEAN': flags_of_line
    }.items() -%}
        {%- for name in names -%}{%- do fields.append('"' ~ name ~ '":"' ~ type ~ '"') -%}{%- endfor -%}
    {%- endfor -%}
    (
        select
            month,
            shipstation_order_id,
            unnest(json_transform(line, '{{ '{' ~ fields | join(',') ~ '}' }}'))
        from {{ ref('stg_operations__frozen_lines') }}
        where line_kind = '{{ kind }}' and {{ condition }}
    )
{%- endmacro %}

{#- SHA-256 of a month's lines of some kinds, as `workflows.frozen_store.hash_of` computes it. Reads the caller's `lines`. -#}
{% macro hash_of_lines(kinds) -%}
    sha256(coalesce(string_agg(
        lines.line_kind || '|' || lines.line_key || '|' || lines.line, chr(10)
        order by lines.line_kind, lines.line_key
    ) filter (where lines.line_kind in ('{{ kinds | join("', '") }}')), ''))
{%- endmacro %}

{#- A bill that was changed behind everybody's back must not be published. -#}
{% macro hash_or_refusal(hash) -%}
    if(
        coalesce(hashed.{{ hash }}, newest.newest_close.{{ hash }}) = newest.newest_close.{{ hash }},
        newest.newest_close.{{ hash }},
        error(
            'The frozen lines of ' || strftime(newest.month, '%B %Y') || ' are not those that were hashed when it was '
            || 'closed. Put operations.sqlite back from a backup, remove warehouse.duckdb and run `backfill`.'
        )
    )
{%- endmacro %}

{#- Evidence is large: a warm build looks only at that of months it sees for the first time; a full build at all. -#}
{% macro is_evidence_due(month) -%}
    {% if flags.FULL_REFRESH -%} true
    {%- else -%} {{ month }} in {{ newly_closed_months() }}
    {%- endif %}
{%- endmacro %}

{#- Months with a close that no finished build has covered. -#}
{% macro newly_closed_months() -%}
    (
        select closes.month
        from {{ ref('stg_operations__frozen_months') }} as closes
        where closes.load_id in (select new_loads.load_id from {{ ref('stg_shipledger__new_loads') }} as new_loads)
    )
{%- endmacro %}
