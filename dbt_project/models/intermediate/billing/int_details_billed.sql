{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row for each label (or order shipped without one) × ship date: what is charged for it now, and, in a closed
-- month, what was billed for it. A voided label of a closed month stays, with zeros now. Nothing here is a total.
with charged as (

    select * from {{ ref('int_departures_charged') }}
    where {{ order_changed('int_orders_rebilled') }}

),

billed as (

    select
        *,
        line_key as detail_key
    from {{ ref('stg_frozen__lines') }}
    where line_kind = 'detail' and {{ order_changed('int_orders_rebilled') }}

),

closed as (

    select distinct month from {{ ref('stg_operations__frozen_months') }}

),

missing as (

    select * from {{ ref('int_details_missing') }}

),

paired as (

    select
        coalesce(charged.detail_key, billed.detail_key) as detail_key,
        coalesce(charged.shipstation_order_id, billed.shipstation_order_id) as shipstation_order_id,
        coalesce(charged.shipment_id, billed.shipment_id) as shipment_id,
        coalesce(charged.order_number, billed.order_number) as order_number,
        charged.units_by_sku,
        billed.units_by_sku as billed_units_by_sku,
        {% for count in ['order_count', 'package_count', 'unit_count', 'postage_cents'] -%}
        coalesce(charged.{{ count }}, 0) as {{ count }},
        billed.{{ count }} as billed_{{ count }},
        {% endfor -%}
        coalesce(charged.ship_date, billed.ship_date) as ship_date
    from charged
    full outer join billed on charged.detail_key = billed.detail_key

),

details as (

    select
        paired.* replace (
            {% for count in ['order_count', 'package_count', 'unit_count', 'postage_cents'] -%}
            if(closed.month is null, null, coalesce(paired.billed_{{ count }}, 0)) as billed_{{ count }}
            {{- ', ' if not loop.last }}
            {% endfor -%}
        ),
        missing.detail_key is not null as is_missing
    from paired
    left join closed on {{ month_of('paired.ship_date') }} = closed.month
    left join missing on paired.detail_key = missing.detail_key

),

compared as (

    select
        *,
        billed_order_count is not null and not is_missing and (
            (order_count, package_count, unit_count, postage_cents, coalesce(units_by_sku, '')) <> (
                billed_order_count, billed_package_count, billed_unit_count, billed_postage_cents,
                coalesce(billed_units_by_sku, '')
            )
        ) as is_restated
    from details

)

select * from compared
