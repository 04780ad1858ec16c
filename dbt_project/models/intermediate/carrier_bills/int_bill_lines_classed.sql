-- One row per line of a carrier bill, with its class. The charges of a label are compared with its cost in an order in
-- which the usual ones come first, so that the difference is on the charge that exceeds the cost, and a label that cost
-- more than it was billed has it on its last one. `difference_cents` of a label's lines add up to what it was billed
-- less what it cost.
with charged as (

    select * from {{ ref('int_bill_lines_charged') }}

),

compared as (

    select
        *,
        cast(case
            when is_charge
                then
                    greatest(charged_so_far - label_cost_cents, 0)
                    - greatest(charged_so_far - amount_cents - label_cost_cents, 0)
                    + if(place = charge_count, least(charged_in_all - label_cost_cents, 0), 0)
            when is_of_label then amount_cents
        end as bigint) as difference_cents
    from charged

),

classed as (

    select
        *,
        case
            when is_loaded_before then 'loaded_before'
            when charge_kind = 'payment' then 'account_charge'
            when shipment_id is null and label_count > 1 then 'ambiguous'
            when shipment_id is null and coalesce(tracking_number, reference) is null then 'account_charge'
            when shipment_id is null then 'not_ours'
            when amount_cents < 0 then 'refund'
            when is_repeated then 'billed_twice'
            when is_voided then if(label_billed_cents > 0, 'voided_but_billed', 'refund')
            when difference_cents = 0 then 'equal'
            else 'adjusted'
        end as line_class
    from compared

),

reasoned as (

    select
        * exclude (
            billed_carrier_code, nth_in_bill, is_loaded_before, label_count, nth_same, credit_count,
            label_billed_cents, is_repeated, place, charged_so_far, charged_in_all, charge_count
        ),
        if(line_class = 'adjusted', {{ reason_of_adjustment() }}, null) as adjustment_reason,
        case
            when line_class in ('not_ours', 'billed_twice', 'voided_but_billed') then greatest(amount_cents, 0)
            when line_class = 'adjusted' then greatest(difference_cents, 0)
            else 0
        end as dispute_cents
    from classed

)

select * from reasoned
