-- One row per label that a carrier's bill is about, and per label that its carrier never billed. Costs are without
-- insurance that the label has. The formula is in `int_bill_parcels_settled`; the final cost of a label that was never
-- billed is what it cost.
with parcels as (

    select * from {{ ref('int_bill_parcels_settled') }}
    where shipment_id is not null

),

reasons as (

    select
        shipment_id,
        string_agg(distinct adjustment_reason, ', ' order by adjustment_reason) as adjustment_reasons
    from {{ ref('int_bill_lines_classed') }}
    where line_class = 'adjusted'
    group by shipment_id

),

states as (

    select
        shipment_id,
        'billed' as bill_state
    from parcels
    union all
    select
        shipment_id,
        'never_billed' as bill_state
    from {{ ref('int_labels_unbilled') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

costed as (

    select
        labels.shipment_id,
        labels.shipstation_order_id,
        labels.order_number,
        labels.carrier_code,
        labels.service_code,
        labels.tracking_number,
        states.bill_state,
        reasons.adjustment_reasons,
        labels.dimensions as label_dimensions,
        parcels.billed_dimensions,
        labels.weight_ounces as label_ounces,
        parcels.billed_ounces,
        coalesce(parcels.label_cost_cents, labels.shipment_cost_cents) as label_cost_cents,
        parcels.billed_cents,
        coalesce(parcels.disputed_cents, 0) as disputed_cents,
        coalesce(parcels.final_cost_cents, labels.shipment_cost_cents) as final_cost_cents,
        coalesce(parcels.final_cost_cents - parcels.label_cost_cents, 0) as difference_cents,
        labels.is_voided,
        labels.ship_date
    from labels
    inner join states on labels.shipment_id = states.shipment_id
    left join parcels on labels.shipment_id = parcels.shipment_id
    left join reasons on labels.shipment_id = reasons.shipment_id

)

select * from costed
