{{ config(materialized='view') }}
-- One row per tracking number on a carrier bill that labels have, with its label: of several, the only one that is not
-- void; none if that leaves several.
with lines as (

    select * from {{ ref('stg_carrier_bills__lines') }}

),

labels as (

    select
        *,
        replace(upper(tracking_number), ' ', '') as printed_number
    from {{ ref('stg_shipstation__shipments') }}

),

tracked as (

    select
        printed_number,
        count(*) as label_count,
        case
            when count(*) = 1 then min(shipment_id)
            when count(*) filter (where not is_voided) = 1 then min(shipment_id) filter (where not is_voided)
        end as shipment_id
    from labels
    where printed_number in (select lines.tracking_number from lines)
    group by printed_number

)

select * from tracked
