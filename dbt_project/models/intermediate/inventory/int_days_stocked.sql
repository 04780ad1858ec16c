{{ config(materialized='view') }}
-- One row per day and key product, from the opening day to today, without gaps, also for days without movements.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

span as (

    select
        min(opening_balances.opening_date) as first_date,
        max(build_context.today) as last_date
    from {{ ref('stg_reference__opening_balances') }} as opening_balances
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

),

days as (

    select
        skus.sku_id,
        skus.sku_code,
        cast(unnest(generate_series(span.first_date, span.last_date, interval 1 day)) as date) as inventory_date
    from skus
    cross join span

)

select * from days
