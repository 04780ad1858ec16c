-- One row per ship date, carrier and service: outbound labels and their postage. Return labels are no packages, but
-- their postage is charged as well.
with departures as (

    select * from {{ ref('int_departures') }}

),

daily as (

    select
        ship_date,
        carrier_code,
        service_code,
        count(*) filter (where departure_kind = 'label') as package_count,
        sum(postage_cents) as postage_cents
    from departures
    where held_back_reason is null and shipment_id > 0
    group by all

),

-- Names are joined after adding up: a thousand rows instead of every departure.
named as (

    select
        ship_date,
        coalesce(carrier_code, 'unknown') as carrier_code,
        coalesce(service_code, 'unknown') as service_code,
        cast(sum(package_count) as bigint) as package_count,
        cast(sum(postage_cents) as bigint) as postage_cents
    from daily
    group by all

)

select * from named
