{{ config(materialized='view') }}
-- One row for each departure that a closed month has billed otherwise than it stands now: the difference, and why.
with details as (

    select
        *,
        {{ name_of_departure('shipment_id', 'order_number') }} as what
    from {{ ref('charge_details') }}
    where is_restated

),

labels as (

    select
        shipment_id,
        is_voided,
        ship_date
    from {{ ref('stg_shipstation__shipments') }}
    where shipment_id in (select details.shipment_id from details)

),

rates as (

    select * from {{ ref('int_days_rated') }}

),

billed_before as (

    select
        shipment_id,
        min(ship_date) as ship_date
    from details
    where billed_package_count > 0
    group by shipment_id

),

closed_ahead as (

    select
        month,
        min(charge_date) as closed_on
    from {{ frozen_lines('day') }}
    where is_charged_ahead
    group by month

),

restated as (

    select
        'shipment|' || details.detail_key as restatement_key,
        details.shipstation_order_id,
        details.order_number,
        details.shipment_id,
        details.ship_date as restated_date,
        details.order_count - details.billed_order_count as order_count,
        details.package_count - details.billed_package_count as package_count,
        details.unit_count - details.billed_unit_count as unit_count,
        (details.order_count - details.billed_order_count) * rates.order_rate_cents as order_charge_cents,
        (details.unit_count - details.billed_unit_count) * rates.handling_rate_cents as handling_charge_cents,
        details.postage_cents - details.billed_postage_cents as postage_cents,
        {{ skus_of('coalesce(details.billed_units_by_sku, details.units_by_sku)') }} as sku_codes,
        {{ cause_of_restatement() }} as cause
    from details
    inner join rates on details.ship_date = rates.charge_date
    left join closed_ahead on {{ month_of('details.ship_date') }} = closed_ahead.month
    left join labels on details.shipment_id = labels.shipment_id
    left join billed_before on details.shipment_id = billed_before.shipment_id

)

select * from restated
