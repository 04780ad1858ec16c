{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_classes_if_changed() }}') }}
-- One row per line of a carrier bill, with its class. The charges of a parcel are added up in an order in which the
-- usual ones come first: what goes beyond the expected sum is on the charges that exceed it. `difference_cents` of a
-- label's lines add up to what was billed less what it cost (but for the refund of a void label whose charge is on no
-- bill), `dispute_cents` to what is disputed.
with lines as (

    select
        *,
        sum(amount_cents) over (
            partition by parcel_key, is_wrong, amount_cents > 0
            order by
                list_position(
                    ['insurance', 'base', 'fuel', 'tax', 'other', 'surcharge', 'dimensions', 'weight'], charge_kind
                ),
                charged_date, imported_at, line_number, line_key
            rows unbounded preceding
        ) as sum_so_far
    from {{ ref('int_bill_lines_described') }}

),

parcels as (

    select * from {{ ref('int_bill_parcels_settled') }}

),

compared as (

    select
        lines.*,
        cast(case
            when lines.parcel_key is null or lines.shipment_id is null then null
            when lines.is_wrong or lines.amount_cents <= 0 then lines.amount_cents
            else
                {{ part_beyond('parcels.expected_cents') }}
                + if(
                    lines.sum_so_far = parcels.charged_cents,
                    least(parcels.charged_cents - parcels.expected_cents, 0), 0
                )
        end as bigint) as difference_cents,
        cast(case
            when lines.parcel_key is null or lines.amount_cents <= 0 then 0
            when lines.is_wrong then {{ part_beyond('parcels.wrong_cents - parcels.disputed_cents') }}
            else {{ part_beyond('parcels.charged_cents - parcels.excess_cents') }}
        end as bigint) as dispute_cents
    from lines
    left join parcels on lines.parcel_key = parcels.parcel_key

),

classed as (

    select
        * exclude (billed_carrier_code, is_loaded_before, label_count, sum_so_far, line_hash, lead_number),
        case
            when is_loaded_before then 'loaded_before'
            when charge_kind = 'payment' then 'payment'
            when parcel_key is null and label_count > 1 then 'ambiguous'
            when parcel_key is null then 'account_charge'
            when amount_cents < 0 or (is_wrong and dispute_cents = 0) then 'refund'
            when shipment_id is null then 'not_ours'
            when is_wrong then if(is_voided, 'voided_but_billed', 'billed_twice')
            when difference_cents = 0 then 'equal'
            else 'adjusted'
        end as line_class,
        if(line_class = 'adjusted', {{ reason_of_adjustment() }}, null) as adjustment_reason
    from compared

)

select * from classed
