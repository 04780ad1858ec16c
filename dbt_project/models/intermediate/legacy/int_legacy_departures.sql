{{ config(materialized='view') }}
-- One row per order and day of a shipment known only from the former system. That system kept no labels: there is no
-- carrier, no postage and no package.
with lines as (

    select * from {{ ref('int_legacy_lines') }}

),

departures as (

    select
        shipstation_order_id,
        shipment_id,
        'former' as departure_kind,
        order_number,
        cast(0 as bigint) as postage_cents,
        false as carries_remainder,
        ship_date,
        cast(null as timestamptz) as departed_at,
        cast(null as timestamptz) as first_seen_at,
        'backfill' as arrived_by,
        cast(null as varchar) as held_back_reason,
        true as has_order
    from lines
    group by all

)

select * from departures
