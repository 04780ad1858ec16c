-- One row per complete read of a time range of a list of ShipStation. `is_load_complete`: all rows of the read were
-- loaded; an interrupted load proves nothing.
with source as (

    select * from {{ source('shipstation', 'read_spans') }}

),

complete_loads as (

    select load_id from {{ source('shipstation', '_dlt_loads') }}
    where status = 0

),

read_spans as (

    select
        ---------- text
        source.list_name,
        source.arrived_by,

        ---------- booleans
        source.moves_watermark,
        source._dlt_load_id in (select complete_loads.load_id from complete_loads) as is_load_complete,

        ---------- dates, as instants
        source.from_at,
        source.until_at,
        source.noted_at
    from source

)

select * from read_spans
