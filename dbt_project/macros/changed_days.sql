{#- The days for which FIFO must be recalculated, and the pre-hooks that delete their rows. -#}

{#-
    One row per SKU: the first day whose events differ from those of the last build, or on which a lot had another FIFO
    position then. In a full build, the first day of the SKU.
-#}
{% macro first_changed_days(events, received) -%}
    {%- set compared = 'movement_date, sku_code, lot_number, quantity_in, quantity_out' -%}
    {%- set walked -%}
        select {{ compared }} from {{ this }} where quantity_in <> 0 or quantity_out <> 0
    {%- endset -%}
    select
        sku_code,
        min(movement_date) as from_date
    from
    {% if is_incremental() -%}
        (
            select sku_code, movement_date
            from (
                (select {{ compared }} from {{ events }} except {{ walked }})
                union all
                ({{ walked }} except select {{ compared }} from {{ events }})
            ) as differing
            union all
            select stored.sku_code, stored.movement_date
            from {{ this }} as stored
            left join {{ received }} as received
                on stored.sku_code = received.sku_code and stored.lot_number = received.lot_number
            where stored.received_date is distinct from received.received_date
        ) as differing_events
    {% else -%}
        {{ events }}
    {% endif -%}
    group by sku_code
{%- endmacro %}

{#- Pre-hook of an incremental build: deletes the rows from the first changed day on. -#}
{% macro forget_changed_days() -%}
    {% if is_incremental() -%}
    delete from {{ this }} as stored
    using ({{ first_changed_days(ref('int_lot_events'), ref('int_lots_received')) }}) as changed
    where stored.sku_code = changed.sku_code and stored.movement_date >= changed.from_date
    {%- endif %}
{%- endmacro %}

{#- Pre-hook: deletes the days of a SKU whose lines or lots changed since they were assigned. -#}
{% macro forget_changed_queues() -%}
    {%- set queued = ref('int_days_queued') -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where queue_hash not in (select queued.queue_hash from {{ queued }} as queued)
    {%- endif %}
{%- endmacro %}

{#- Condition: a shipped line of a known SKU that counts in reports and names no lot. -#}
{% macro names_no_lot() -%}
    lot_number is null and sku_code is not null and held_back_reason is null and quantity > 0
{%- endmacro %}
