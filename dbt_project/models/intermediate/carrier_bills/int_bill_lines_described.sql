{{ config(materialized='view') }}
-- One row per line of a carrier bill, with its label. `is_charge`: counts as a part of what the carrier charged for the
-- label at first, which is compared with the label's cost. `is_repeated`: the label was charged the same before, and
-- it was not given back.
with matched as (

    select * from {{ ref('int_bill_lines_matched') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

joined as (

    select
        matched.*,
        coalesce(matched.billed_carrier_code, labels.carrier_code) as carrier_code,
        labels.shipstation_order_id,
        labels.order_number,
        labels.service_code,
        labels.ship_date,
        labels.weight_ounces as label_ounces,
        labels.dimensions as label_dimensions,
        if(labels.is_voided, 0, labels.shipment_cost_cents) as label_cost_cents,
        coalesce(labels.is_voided, false) as is_voided,
        matched.shipment_id is not null and not matched.is_loaded_before and matched.charge_kind <> 'payment'
            as is_of_label
    from matched
    left join labels on matched.shipment_id = labels.shipment_id

),

counted as (

    select
        *,
        row_number() over (
            partition by is_of_label, shipment_id, charge_kind, charge_description, amount_cents
            order by charged_date, imported_at, line_number, line_key
        ) as nth_same,
        count(*) filter (where amount_cents < 0) over (
            partition by is_of_label, shipment_id, abs(amount_cents)
        ) as credit_count,
        sum(amount_cents) over (partition by is_of_label, shipment_id) as label_billed_cents
    from joined

),

described as (

    select
        *,
        is_of_label and amount_cents > 0 and nth_same - credit_count > 1 as is_repeated,
        is_of_label and amount_cents >= 0 and not is_adjustments and not is_voided and not is_repeated as is_charge
    from counted

)

select * from described
