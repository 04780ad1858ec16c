{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per label that is not void. A return label has postage but no goods. The first label that lists nothing
-- carries the units that no other label of the order lists.
with labels as (

    select
        *,
        shipment_id in (select listed.shipment_id from {{ ref('int_lines_listed') }} as listed) as lists_goods
    from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }} and not is_voided

),

numbered as (

    select
        *,
        if(is_return_label, 'return_label', 'label') as departure_kind,
        row_number() over (
            partition by shipstation_order_id, is_return_label, lists_goods order by created_at nulls last, shipment_id
        ) as nth_of_its_kind
    from labels

),

departed as (

    select
        shipstation_order_id,
        shipment_id,
        departure_kind,
        order_number,
        carrier_code,
        service_code,
        carrier_account_id,
        tracking_number,
        shipment_cost_cents + insurance_cost_cents as postage_cents,
        departure_kind = 'label' and not lists_goods and nth_of_its_kind = 1 as carries_remainder,
        ship_date,
        created_at as departed_at,
        first_seen_at,
        arrived_by
    from numbered

)

select * from departed
