-- One row for each month with a charged day: the sum of its days, nothing computed again.
with daily as (

    select * from {{ ref('charge_report_daily') }}

),

monthly as (

    select
        cast(date_trunc('month', charge_date) as date) as charge_month,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(package_count) as bigint) as package_count,
        cast(sum(unit_count) as bigint) as unit_count,
        cast(sum(order_charge_cents) as bigint) as order_charge_cents,
        cast(sum(handling_charge_cents) as bigint) as handling_charge_cents,
        cast(sum(storage_charge_cents) as bigint) as storage_charge_cents,
        cast(sum(postage_cents) as bigint) as postage_cents,
        cast(sum(total_cents) as bigint) as total_cents
    from daily
    group by charge_month

)

select * from monthly
