{{ config(materialized='view') }}
-- One row per departure that is on no bill, on a day before the last closed month whose stock differs from its bill: it
-- was loaded after that month was closed, or is older than all bills.
with closed as (

    select max(month) as last_month from {{ ref('int_stock_compared') }}

),

late as (

    select
        details.shipstation_order_id,
        details.order_number,
        details.shipment_id,
        details.ship_date,
        details.units_by_sku,
        departures.first_seen_at
    from {{ ref('int_details_billed') }} as details
    inner join {{ ref('int_departures') }} as departures
        on
            details.shipstation_order_id = departures.shipstation_order_id
            and details.shipment_id is not distinct from departures.shipment_id
    inner join closed on details.ship_date < closed.last_month
    where details.billed_order_count is null

)

select * from late
