{{ config(materialized='view') }}
-- One row per shop order and problem with it: products that are not stocked or unknown, a change after it shipped, an
-- upload that did not happen, and what the import could not read.
with items as (

    select * from {{ ref('int_local_items_listed') }}
    where sku_status <> 'stocked'

),

orders as (

    select * from {{ ref('int_local_orders_stated') }}
    where is_changed_after_shipping or (state = 'waiting' and upload_event in ('held', 'refused'))

),

findings as (

    select * from {{ ref('stg_xcart__findings') }}
    where resolved_at is null

),

found as (

    select
        sku_status || '_sku' as exception_type,
        if(sku_status = 'not_stocked', 'info', 'error') as severity,
        order_number,
        order_number || ' ' || item_key as subject,
        quantity || ' units' as cause,
        quantity || ' of "' || {{ visible_text('sold_as') }} || '" '
        || if(
            sku_status = 'not_stocked',
            'are not stocked here; they are not uploaded.',
            'are not in skus.csv or sku_aliases.csv.'
        ) as detail,
        first_seen_at
    from items
    union all
    select
        'changed_after_shipping' as exception_type,
        'warning' as severity,
        order_number,
        order_number as subject,
        'changed ' || changed_at as cause,
        'The shop changed this order after it had shipped on ' || ship_date || '. Compare the two; nothing was sent.'
            as detail,
        changed_at as first_seen_at
    from orders
    where is_changed_after_shipping
    union all
    select
        'not_uploaded' as exception_type,
        'warning' as severity,
        order_number,
        order_number as subject,
        upload_detail as cause,
        upload_detail as detail,
        upload_noted_at as first_seen_at
    from orders
    where state = 'waiting' and upload_event in ('held', 'refused')
    union all
    select
        exception_type,
        severity,
        order_number,
        finding_key as subject,
        finding_key as cause,
        detail,
        first_seen_at
    from findings

),

excepted as (

    select
        found.*,
        null::bigint as shipstation_order_id
    from found

)

select * from excepted
