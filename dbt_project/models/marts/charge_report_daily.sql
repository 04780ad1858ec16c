-- One row for each calendar day that has ended, from the first shipment on. An order is charged on its first ship
-- date only; units by their own ship date; pallets every day, weekends too. `pallet_count` is a balance: its sum is
-- pallet-days.
with counted as (

    select * from {{ ref('int_days_counted') }}

),

rates as (

    select
        counted.charge_date,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'order') as order_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'handling') as handling_rate_cents,
        max(rate_card.rate_cents) filter (where rate_card.charge_type = 'storage') as storage_rate_cents
    from counted
    inner join {{ ref('stg_reference__rate_card') }} as rate_card
        on counted.charge_date between rate_card.valid_from_date and rate_card.valid_to_date
    group by counted.charge_date

),

charged as (

    select
        counted.*,
        counted.order_count * {{ rate_or_refusal('order') }} as order_charge_cents,
        counted.unit_count * {{ rate_or_refusal('handling') }} as handling_charge_cents,
        counted.pallet_count * {{ rate_or_refusal('storage') }} as storage_charge_cents
    from counted
    left join rates on counted.charge_date = rates.charge_date

),

totalled as (

    select
        charge_date,
        order_count,
        package_count,
        unit_count,
        order_charge_cents,
        handling_charge_cents,
        storage_charge_cents,
        postage_cents,
        order_charge_cents + handling_charge_cents + storage_charge_cents + postage_cents as total_cents,
        pallet_count
    from charged

)

select * from totalled
