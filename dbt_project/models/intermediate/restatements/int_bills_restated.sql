{{ config(materialized='view') }}
-- One row per label of a closed month whose carrier billed another amount than it cost; none unless these differences
-- are to be restated.
with labels as (

    select * from {{ ref('int_labels_costed') }}
    where {{ restates_carrier_bills() | lower }} and difference_cents <> 0

),

closed as (

    select * from {{ ref('int_months_closed') }}

),

-- Not those that no bill of ours charges, such as historical ones.
charged as (

    select distinct shipment_id from {{ ref('int_details_billed') }}
    where shipment_id in (select labels.shipment_id from labels)

),

restated as (

    select
        'carrier_bill|' || labels.shipment_id as restatement_key,
        labels.shipstation_order_id,
        labels.order_number,
        labels.shipment_id,
        labels.ship_date as restated_date,
        labels.difference_cents as postage_cents,
        'carrier bill: label ' || labels.shipment_id || ' cost $' || {{ as_dollars('labels.label_cost_cents') }}
        || ' and was billed with $' || {{ as_dollars('labels.final_cost_cents') }}
        || coalesce(' (' || labels.adjustment_reasons || ')', '') as cause
    from labels
    inner join closed on {{ month_of('labels.ship_date') }} = closed.month
    inner join charged on labels.shipment_id = charged.shipment_id

)

select * from restated
