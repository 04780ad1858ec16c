{{ config(materialized='view') }}
-- One row per change of a closed month, in the month that bills the difference: the first later month that is still
-- open. What closed months have already billed is not billed again. Counts and cents are differences and may be
-- negative. While billed shipments are not loaded, nothing new is restated.
with carried as (

    select
        *,
        month as billed_month,
        line_key as restatement_key,
        true as is_closed
    from {{ ref('stg_frozen__lines') }}
    where line_kind = 'restatement'

),

outstanding as (

    select
        *,
        false as is_closed
    from {{ ref('int_restatements_outstanding') }}

),

restatements as (

    select * from carried
    union all by name
    select * from outstanding

),

billed as (

    select
        billed_month,
        restatement_key,
        restatement_kind,
        restated_date,
        shipstation_order_id,
        order_number,
        shipment_id,
        entry_id,
        sku_codes,
        cause,
        {{ restated_differences() | join(',\n        ') }},
        order_charge_cents + handling_charge_cents + storage_charge_cents + postage_cents as total_cents,
        is_closed
    from restatements

)

select * from billed
