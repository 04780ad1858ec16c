{#- Parts of `int_lots_taken`, one query each; they read its CTEs. -#}

{#- One row per SKU and lot: its balance before the first changed day. Each SKU also has a row without a lot. -#}
{% macro balances_on_the_eve() -%}
    select
        sku_code,
        null::varchar as lot_number,
        0::bigint as balance
    from changed
    {% if is_incremental() -%}
    union all
    select
        stored.sku_code,
        stored.lot_number,
        arg_max(stored.balance, stored.movement_date) as balance
    from {{ this }} as stored
    inner join changed on stored.sku_code = changed.sku_code and stored.movement_date < changed.from_date
    where stored.lot_number is not null
    group by all
    {%- endif %}
{%- endmacro %}

{#-
    One FIFO step: the next day with events of every SKU. A lot's stock is its balance after the day's receipts and the
    units of labels that name it; lots are used in the order they were received, each covering what the earlier ones
    could not.
-#}
{% macro take_from_oldest_lots() -%}
    with states_and_events as (

        select
            sku_code, lot_number, balance,
            null::date as movement_date, 0::bigint as quantity_in, 0::bigint as quantity_out
        from walk
        where balance <> 0 or lot_number is null
        union all
        select
            sku_code, lot_number, 0::bigint,
            movement_date, quantity_in, quantity_out
        from events_by_step
        where step = (select max(walk.step) + 1 from walk)

    ),

    moved as (

        select
            sku_code,
            lot_number,
            sum(quantity_in)::bigint as quantity_in,
            sum(quantity_out)::bigint as quantity_out,
            if(lot_number is null, 0, sum(balance + quantity_in - quantity_out))::bigint as balance,
            max(max(movement_date)) over (partition by sku_code) as movement_date
        from states_and_events
        group by sku_code, lot_number

    ),

    queued as (

        select
            moved.*,
            if(lots.received_date is null, 0, greatest(moved.balance, 0)) as stock,
            sum(if(moved.lot_number is null, moved.quantity_out, 0)) over (partition by moved.sku_code) as wanted,
            coalesce(sum(if(lots.received_date is null, 0, greatest(moved.balance, 0))) over (
                partition by moved.sku_code order by lots.received_date nulls last, moved.lot_number nulls last
                rows between unbounded preceding and 1 preceding
            ), 0) as stock_before
        from moved
        left join received as lots on moved.sku_code = lots.sku_code and moved.lot_number = lots.lot_number
        where moved.movement_date is not null

    )

    select
        sku_code,
        movement_date,
        lot_number,
        quantity_in,
        quantity_out,
        least(stock, greatest(wanted - stock_before, 0))::bigint as quantity_taken,
        (balance - least(stock, greatest(wanted - stock_before, 0)))::bigint as balance,
        (select max(walk.step) + 1 from walk) as step
    from queued
{%- endmacro %}
