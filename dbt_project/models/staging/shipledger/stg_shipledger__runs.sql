-- One row per run of a job of any kind.
with source as (

    select * from {{ source('shipledger', 'runs') }}

),

runs as (

    select
        run_id,
        kind,
        status,
        actor,
        error,
        orders_fetched,
        orders_changed,
        shipments_fetched,
        api_requests,
        seconds,
        started_at,
        finished_at,
        watermark_before,
        watermark_after,
        date_diff('second', watermark_after, finished_at) / 60 as watermark_age_minutes,
        orders_new,
        orders_manual,
        orders_updated,
        labels_new
    from source

)

select * from runs
