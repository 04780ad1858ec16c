{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_queues() }}') }}
-- One row per shipped line without a lot and lot that it was taken from, and one without a lot for unassigned units.
-- The lines of a day and the lots of a day form a queue each; where their ranges overlap, the line was taken from the
-- lot. `build_number`: the build that last assigned the day of the line.
with days as (

    select * from {{ ref('int_days_queued') }}
    {% if is_incremental() -%}
    where queue_hash not in (select assigned.queue_hash from {{ this }} as assigned)
    {%- endif %}

),

shipped as (

    select * from {{ ref('int_lines_shipped') }}
    where {{ names_no_lot() }}

),

line_queue as (

    select
        shipped.shipstation_order_id,
        shipped.line_key,
        shipped.ship_date,
        shipped.sku_code,
        days.queue_hash,
        shipped.quantity,
        sum(shipped.quantity) over (
            partition by shipped.ship_date, shipped.sku_code order by shipped.shipstation_order_id, shipped.line_key
        ) as line_end
    from shipped
    inner join days on shipped.ship_date = days.ship_date and shipped.sku_code = days.sku_code

),

covered as (

    select
        line_queue.line_key,
        lot_queue.lot_number,
        least(line_queue.line_end, lot_queue.lot_end)
        - greatest(line_queue.line_end - line_queue.quantity, lot_queue.lot_end - lot_queue.quantity_taken) as quantity
    from line_queue
    inner join {{ ref('int_lots_queued') }} as lot_queue
        on
            line_queue.ship_date = lot_queue.movement_date
            and line_queue.sku_code = lot_queue.sku_code
            and line_queue.line_end - line_queue.quantity < lot_queue.lot_end
            and lot_queue.lot_end - lot_queue.quantity_taken < line_queue.line_end

),

parts as (

    select * from covered
    union all
    select
        line_queue.line_key,
        null as lot_number,
        any_value(line_queue.quantity) - coalesce(sum(covered.quantity), 0) as quantity
    from line_queue
    left join covered on line_queue.line_key = covered.line_key
    group by line_queue.line_key
    having any_value(line_queue.quantity) > coalesce(sum(covered.quantity), 0)

),

assigned as (

    select
        line_queue.* exclude (quantity, line_end),
        parts.lot_number,
        cast(parts.quantity as bigint) as quantity,
        {{ next_build_number() }} as build_number
    from parts
    inner join line_queue on parts.line_key = line_queue.line_key

)

select * from assigned
