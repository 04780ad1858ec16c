{#- From which day on the walk through the lots must be walked again, and what it then forgets. -#}

{#- The rows that are in only one of two relations, reduced to some of their columns. -#}
{% macro differing_rows(left, right, columns, result) -%}
    select {{ result }}
    from (
        (select {{ columns }} from {{ left }} except select {{ columns }} from {{ right }})
        union all
        (select {{ columns }} from {{ right }} except select {{ columns }} from {{ left }})
    ) as differing
{%- endmacro %}

{#- One row for each SKU: the first day whose events are not those of the last build. In a full build its very first day. -#}
{% macro first_changed_days(events) -%}
    select
        sku_code,
        min(movement_date) as from_date
    from
    {% if is_incremental() -%}
        (
            {{ differing_rows(
                events,
                '(select * from ' ~ this ~ ' where quantity_in <> 0 or quantity_out <> 0)',
                'movement_date, sku_code, lot_number, quantity_in, quantity_out',
                'sku_code, movement_date'
            ) }}
        ) as differing_events
    {% else -%}
        {{ events }}
    {% endif -%}
    group by sku_code
{%- endmacro %}

{#- Before a warm build walks: what was computed from the first changed day on is forgotten. -#}
{% macro forget_changed_days() -%}
    {% if is_incremental() -%}
    delete from {{ this }} as stored
    using ({{ first_changed_days(ref('int_lot_events')) }}) as changed
    where stored.sku_code = changed.sku_code and stored.movement_date >= changed.from_date
    {%- endif %}
{%- endmacro %}

{#- What was written before the first build, and what a full build takes as written. -#}
{% macro no_shipped_items() -%}
    (
        select
            null::date as ship_date,
            null::varchar as sku_code,
            null::varchar as lot_number,
            null::varchar as lot_source,
            null::bigint as quantity_shipped,
            null::bigint as shipstation_order_id,
            null::bigint as shipment_id,
            null::varchar as shipstation_sku_raw
        where false
    ) as nothing
{%- endmacro %}
