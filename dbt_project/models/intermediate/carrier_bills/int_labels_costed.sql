-- One row per label that a carrier's bill is about, and per label that its carrier never billed. Costs are without
-- insurance, which carriers do not bill. The final cost is what was billed without what is to be disputed; of a label
-- that was never billed, what it cost.
with lines as (

    select * from {{ ref('int_bill_lines_classed') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

billed as (

    select
        shipment_id,
        cast(sum(amount_cents) as bigint) as amount_cents,
        cast(coalesce(
            sum(amount_cents) filter (where line_class in ('billed_twice', 'voided_but_billed')), 0
        ) as bigint) as wrong_cents,
        bool_and(is_adjustments) as is_adjusted_only,
        max(billed_ounces) as billed_ounces,
        max(billed_dimensions) as billed_dimensions,
        string_agg(distinct adjustment_reason, ', ' order by adjustment_reason) as adjustment_reasons
    from lines
    where is_of_label
    group by shipment_id

),

unbilled as (

    select * from {{ ref('int_labels_unbilled') }}

),

costed as (

    select
        labels.shipment_id,
        labels.shipstation_order_id,
        labels.order_number,
        labels.carrier_code,
        labels.service_code,
        labels.tracking_number,
        if(unbilled.shipment_id is null, 'billed', 'never_billed') as bill_state,
        billed.adjustment_reasons,
        labels.dimensions as label_dimensions,
        billed.billed_dimensions,
        labels.weight_ounces as label_ounces,
        billed.billed_ounces,
        if(labels.is_voided, 0, labels.shipment_cost_cents) as label_cost_cents,
        billed.amount_cents + if(billed.is_adjusted_only, label_cost_cents, 0) as billed_cents,
        coalesce(billed.wrong_cents, 0) as disputed_cents,
        coalesce(billed_cents, label_cost_cents) - disputed_cents as final_cost_cents,
        final_cost_cents - label_cost_cents as difference_cents,
        labels.is_voided,
        labels.ship_date
    from labels
    left join billed on labels.shipment_id = billed.shipment_id
    left join unbilled on labels.shipment_id = unbilled.shipment_id
    where coalesce(billed.shipment_id, unbilled.shipment_id) is not null

)

select * from costed
