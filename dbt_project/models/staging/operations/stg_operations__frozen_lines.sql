-- One row for each line of a closed month as it stood when it was closed: what was billed (days, carriers,
-- restatements) and what later changes are compared with (details, stock, movements). `line` is JSON.
with source as (

    select * from {{ source('operations', 'frozen_lines') }}

),

frozen_lines as (

    select
        ---------- ids
        line_key,
        shipstation_order_id,
        _dlt_load_id as load_id,

        ---------- text
        line_kind,
        line,

        ---------- dates
        cast(month as date) as month
    from source

)

select * from frozen_lines
