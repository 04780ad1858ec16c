{{ config(materialized='view') }}
-- One row per line of a carrier bill, with the label it is for: that with its tracking number (of several, the only one
-- that is not void), else the only label with its reference as order number, within a week, of the same carrier and
-- amount. A line that fits several labels is matched with none.
with lines as (

    select
        *,
        coalesce(tracking_number, '') as billed_number
    from {{ ref('int_bill_lines_loaded') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

tracked as (

    select * from {{ ref('int_bill_numbers_tracked') }}

),

-- All charges of a parcel together are what its label cost.
parcels as (

    select
        bill_id,
        billed_number,
        reference,
        charged_date,
        billed_carrier_code,
        sum(amount_cents) as amount_cents
    from lines
    where reference is not null and billed_number not in (select tracked.printed_number from tracked)
    group by all

),

referenced as (

    select
        parcels.bill_id,
        parcels.billed_number,
        parcels.reference,
        parcels.charged_date,
        count(*) as label_count,
        if(count(*) = 1, min(labels.shipment_id), null) as shipment_id
    from parcels
    inner join labels
        on
            parcels.reference = labels.order_number
            and parcels.amount_cents = labels.shipment_cost_cents
            and parcels.billed_carrier_code = labels.carrier_code
            and abs(parcels.charged_date - labels.ship_date) <= 7
    group by all

),

matched as (

    select
        lines.* exclude (billed_number),
        coalesce(tracked.shipment_id, referenced.shipment_id) as shipment_id,
        coalesce(tracked.label_count, referenced.label_count, 0) as label_count,
        case
            when tracked.shipment_id is not null then 'tracking_number'
            when referenced.shipment_id is not null then 'reference'
        end as matched_by
    from lines
    left join tracked on lines.billed_number = tracked.printed_number
    left join referenced
        on
            lines.bill_id = referenced.bill_id and lines.billed_number = referenced.billed_number
            and lines.reference = referenced.reference and lines.charged_date = referenced.charged_date

)

select * from matched
