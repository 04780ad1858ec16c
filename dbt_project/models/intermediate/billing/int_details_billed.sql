{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row per label (or order shipped without a label) and ship date: its current charges and, if the month is closed,
-- the billed ones. A voided label of a closed month stays, with current values of zero. `charged_…` are the values on
-- the bill: the billed ones, else the current ones. No column is a total.
{%- set counts = ['order_count', 'package_count', 'unit_count', 'postage_cents'] %}
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

rates as (

    select * from {{ ref('int_rates_billed') }}

),

missing as (

    select * from {{ ref('int_details_missing') }}

),

paired as (

    select
        {% for key in ['detail_key', 'shipstation_order_id', 'shipment_id', 'order_number', 'ship_date'] -%}
        coalesce(charged.{{ key }}, billed.{{ key }}) as {{ key }},
        {% endfor -%}
        charged.units_by_sku,
        {% for count in counts -%}
        coalesce(charged.{{ count }}, 0) as {{ count }},
        billed.{{ count }} as billed_{{ count }},
        {% endfor -%}
        billed.units_by_sku as billed_units_by_sku
    from charged
    full outer join billed on charged.detail_key = billed.detail_key

),

details as (

    select
        paired.* exclude (billed_{{ counts | join(', billed_') }}),
        {% for count in counts -%}
        if(rates.is_closed, coalesce(paired.billed_{{ count }}, 0), null) as billed_{{ count }},
        if(rates.is_closed, coalesce(paired.billed_{{ count }}, 0), paired.{{ count }}) as charged_{{ count }},
        {% endfor -%}
        if(rates.is_closed, paired.billed_units_by_sku, paired.units_by_sku) as charged_units_by_sku,
        charged_order_count * rates.order_rate_cents as order_charge_cents,
        charged_unit_count * rates.handling_rate_cents as handling_charge_cents,
        missing.detail_key is not null as is_missing
    from paired
    left join rates on paired.ship_date = rates.charge_date
    left join missing on paired.detail_key = missing.detail_key

),

compared as (

    select
        *,
        billed_order_count is not null and not is_missing and (
            ({{ counts | join(', ') }}) <> (billed_{{ counts | join(', billed_') }})
            or units_by_sku is distinct from billed_units_by_sku
        ) as is_restated
    from details

)

select * from compared
