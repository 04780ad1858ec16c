-- One row per departure that differs from the bill of its closed month: the difference and its cause.
with details as (

    select
        *,
        {{ name_of_departure('shipment_id', 'order_number') }} as what
    from {{ ref('int_details_billed') }}
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

billed_before as (

    select
        shipstation_order_id,
        shipment_id,
        min(ship_date) as ship_date
    from details
    where billed_order_count + billed_package_count + billed_unit_count > 0
    group by all

),

-- The ship date of orders without a label; for a label, the label has it.
standing as (

    select
        shipstation_order_id,
        min(ship_date) as ship_date
    from {{ ref('int_details_billed') }}
    where
        shipment_id is null and order_count + unit_count > 0
        and shipstation_order_id in (select details.shipstation_order_id from details)
    group by shipstation_order_id

),

restated as (

    select
        'shipment|' || details.detail_key as restatement_key,
        details.shipstation_order_id,
        details.order_number,
        details.shipment_id,
        details.ship_date as restated_date,
        {% for count in ['order_count', 'package_count', 'unit_count', 'postage_cents'] -%}
        details.{{ count }} - details.billed_{{ count }} as {{ count }},
        {% endfor -%}
        (details.order_count - details.billed_order_count) * rates.order_rate_cents as order_charge_cents,
        (details.unit_count - details.billed_unit_count) * rates.handling_rate_cents as handling_charge_cents,
        {{ skus_of('coalesce(details.billed_units_by_sku, details.units_by_sku)') }} as sku_codes,
        {{ cause_of_restatement() }} as cause
    from details
    inner join {{ ref('int_days_rated') }} as rates on details.ship_date = rates.charge_date
    left join {{ ref('int_months_closed_ahead') }} as closed_ahead
        on {{ month_of('details.ship_date') }} = closed_ahead.month
    left join labels on details.shipment_id = labels.shipment_id
    left join standing on details.shipment_id is null and details.shipstation_order_id = standing.shipstation_order_id
    left join billed_before
        on
            details.shipstation_order_id = billed_before.shipstation_order_id
            and details.shipment_id is not distinct from billed_before.shipment_id

)

select * from restated
