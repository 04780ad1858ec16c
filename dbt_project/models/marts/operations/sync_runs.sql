-- One row per run of a job of any kind, up to the run of this build.
with runs as (

    select * from {{ ref('stg_shipledger__runs') }}

),

sync_runs as (

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
    from runs

)

select * from sync_runs
