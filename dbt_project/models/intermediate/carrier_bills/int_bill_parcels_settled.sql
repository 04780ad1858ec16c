{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_classes_if_changed() }}') }}
-- One row per parcel on a carrier bill: a label, or a number that is nobody's. What it cost in the end:
--   billed   = charges + wrong charges + credits - insurance that the label has; with the label cost, if the bills have
--              no base charge of it, only changes to one
--   disputed = wrong charges + credits, at least 0: wrong ones are given back first
--   final    = billed - disputed
--   excess   = final - label cost, at least 0: to be disputed as well, on the charges that are more than was expected
-- Of a void label the label cost is 0, and all its charges are wrong.
with lines as (

    select * from {{ ref('int_bill_lines_described') }}
    where parcel_key is not null

),

summed as (

    select
        parcel_key,
        shipment_id,
        is_voided,
        coalesce(label_cost_cents, 0) as label_cost_cents,
        max(billed_ounces) as billed_ounces,
        max(billed_dimensions) as billed_dimensions,
        bool_or({{ is_whole_charge() }}) as is_billed_whole,
        {% for name, lines in {
            'charged_cents': 'amount_cents > 0 and not is_wrong',
            'wrong_cents': 'is_wrong',
            'credited_cents': 'amount_cents < 0',
        }.items() -%}
        cast(coalesce(sum(amount_cents) filter (where {{ lines }}), 0) as bigint) as {{ name }},
        {% endfor -%}
        cast(least(
            coalesce(sum(amount_cents) filter (where charge_kind = 'insurance' and not is_wrong), 0),
            coalesce(insurance_cost_cents, 0)
        ) as bigint) as insured_cents
    from lines
    group by parcel_key, shipment_id, is_voided, label_cost_cents, insurance_cost_cents

),

billed as (

    select
        *,
        if(is_billed_whole, label_cost_cents, 0) + insured_cents as expected_cents,
        charged_cents + wrong_cents + credited_cents - insured_cents
        + if(is_billed_whole, 0, label_cost_cents) as sum_cents,
        -- The charge that a void label's refund is of may be on no bill.
        if(is_voided and not is_billed_whole, greatest(sum_cents, 0), sum_cents) as billed_cents,
        greatest(wrong_cents + credited_cents, 0) as disputed_cents,
        billed_cents - disputed_cents as final_cost_cents,
        greatest(final_cost_cents - label_cost_cents, 0) as excess_cents
    from summed

)

select * exclude (sum_cents) from billed
