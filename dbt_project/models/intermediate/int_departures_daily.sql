-- One row for each ship date × carrier × service: the labels that went out and what ShipStation charges for them.
-- Return labels are no package, but their postage is charged like any other.
with departures as (

    select * from {{ ref('int_departures') }}

),

daily as (

    select
        ship_date,
        coalesce(carrier_code, 'unknown') as carrier_code,
        coalesce(service_code, 'unknown') as service_code,
        count(*) filter (where departure_kind = 'label') as package_count,
        cast(sum(postage_cents) as bigint) as postage_cents
    from departures
    where held_back_reason is null and shipment_id > 0
    group by all

)

select * from daily
