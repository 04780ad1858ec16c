{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per departure that counts in reports, with the quantities that are charged. An order counts on its first
-- departure; a return label is no package, but its postage is charged.
with departures as (

    select * from {{ ref('int_departures') }}
    where {{ order_changed() }} and held_back_reason is null

),

units as (

    select
        shipstation_order_id,
        shipment_id,
        sku_code,
        sum(quantity) as quantity
    from {{ ref('int_lines_shipped') }}
    where {{ order_changed() }} and held_back_reason is null and sku_code is not null
    group by all

),

contents as (

    select
        shipstation_order_id,
        shipment_id,
        cast(sum(quantity) as bigint) as unit_count,
        string_agg(sku_code || ':' || quantity, ' ' order by sku_code) as units_by_sku
    from units
    group by all

),

charged as (

    select
        concat_ws(
            '|', departures.shipstation_order_id, coalesce(departures.shipment_id, 0), departures.ship_date
        ) as detail_key,
        departures.shipstation_order_id,
        departures.shipment_id,
        departures.order_number,
        contents.units_by_sku,
        cast(departures.departure_kind <> 'return_label' and row_number() over (
            partition by departures.shipstation_order_id, departures.departure_kind = 'return_label'
            order by departures.ship_date, departures.departed_at nulls last, departures.shipment_id
        ) = 1 as bigint) as order_count,
        cast(departures.departure_kind = 'label' as bigint) as package_count,
        coalesce(contents.unit_count, 0) as unit_count,
        departures.postage_cents,
        departures.ship_date
    from departures
    left join contents
        on
            departures.shipstation_order_id = contents.shipstation_order_id
            and departures.shipment_id is not distinct from contents.shipment_id

)

select * from charged
