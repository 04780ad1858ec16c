-- One row per event in the upload of an order to ShipStation, in order of time.
with source as (

    select * from {{ source('xcart', 'uploads') }}

),

uploads as (

    select
        ---------- ids
        seq as upload_seq,
        run_id,
        order_key,
        order_number,
        shipstation_order_id,

        ---------- text
        event as upload_event,
        detail,

        ---------- dates, as instants
        noted_at
    from source

)

select * from uploads
