-- One row per line of a carrier bill, with the label it is for: the one that its numbers name, else the only one with
-- its reference as order number, of the same carrier and amount, within a week, that no bill names by a number. A line
-- that fits several labels is matched with none.
with numbered as (

    select * from {{ ref('int_bill_lines_numbered') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where shipment_id not in (select coalesce(numbered.tracked_id, 0) from numbered)

),

-- All charges of a parcel together are what its label cost, also if one is given back the same day.
parcels as (

    select
        bill_id,
        tracking_number,
        reference,
        charged_date,
        billed_carrier_code,
        sum(greatest(amount_cents, 0)) as amount_cents
    from numbered
    where reference is not null and tracked_count is null
    group by all

),

referenced as (

    select
        parcels.* exclude (billed_carrier_code, amount_cents),
        {{ only_label() }}
    from labels
    inner join parcels
        on
            labels.order_number = parcels.reference
            and parcels.amount_cents - labels.shipment_cost_cents in (0, labels.insurance_cost_cents)
            and {{ carrier_fits('labels.carrier_code', 'parcels.billed_carrier_code') }}
            and abs(parcels.charged_date - labels.ship_date) <= 7
    group by all

),

matched as (

    select
        numbered.* exclude (tracked_count, tracked_id),
        coalesce(numbered.tracked_id, referenced.shipment_id) as shipment_id,
        coalesce(numbered.tracked_count, referenced.label_count, 0) as label_count,
        case
            when numbered.tracked_id is not null then 'tracking_number'
            when referenced.shipment_id is not null then 'reference'
        end as matched_by
    from numbered
    left join referenced
        on
            numbered.tracked_count is null
            and numbered.bill_id = referenced.bill_id
            and numbered.tracking_number is not distinct from referenced.tracking_number
            and numbered.reference = referenced.reference
            and numbered.charged_date = referenced.charged_date

)

select * from matched
