{{ config(materialized='view') }}
-- One row per row of the former system that is not counted, or that could not be read completely.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

last_import as (

    select max(imported_at) as imported_at from {{ ref('stg_legacy__imports') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

found as (

    select * from {{ ref('int_exceptions__legacy_transactions') }}
    union all
    select
        'legacy_row_kept_out' as exception_type,
        'warning' as severity,
        'week:' || legacy_history_id as subject,
        'A week of the former system''s history is not from Monday to Sunday, or has an unknown product (SKU '
        || coalesce(sku_code, 'none') || ', from ' || coalesce(week_start_date::varchar, 'no day') || ').' as detail
    from {{ ref('stg_legacy__weekly_history') }}
    where not is_week or quantity_shipped is null or sku_code not in (select skus.sku_code from skus)
    union all
    select
        'legacy_row_kept_out' as exception_type,
        'warning' as severity,
        'item:' || legacy_item_id as subject,
        'Shipped line ' || legacy_item_id || ' of order ' || coalesce(order_number, 'none')
        || ' in the former system '
        || coalesce('is dated ' || ship_date || ', after it was imported', 'has no day') || '.' as detail
    from {{ ref('stg_legacy__shipped_items') }}
    cross join last_import
    cross join build_context
    where
        ship_date is null
        or ship_date > {{ business_date('last_import.imported_at', 'build_context.timezone') }}

),

excepted as (

    select
        found.exception_type,
        found.severity,
        null::bigint as shipstation_order_id,
        null::varchar as order_number,
        found.subject,
        null::varchar as cause,
        found.detail,
        last_import.imported_at as first_seen_at
    from found
    cross join last_import

)

select * from excepted
