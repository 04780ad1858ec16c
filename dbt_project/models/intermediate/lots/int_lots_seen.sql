-- One row per lot of a SKU: received lots, lots inferred from a line or label, and lots of the former system. An
-- inferred lot has no received date, because it was never received. A status set by an operator overrides the one that
-- follows from the balance.
with seen as (

    select
        sku_code,
        lot_number
    from {{ ref('int_lots_moved') }}
    union
    select
        sku_code,
        lot_number
    from {{ ref('int_shipped_daily') }}
    where lot_number is not null
    union
    select
        sku_code,
        lot_number
    from {{ ref('int_lines_resolved') }}
    where shipment_id is null and component_count = 1 and sku_code is not null and lot_number is not null
    union
    select
        described.sku_code,
        described.lot_number
    from {{ ref('int_lots_described') }} as described
    where described.sku_code in (select skus.sku_code from {{ ref('stg_reference__skus') }} as skus)

),

moved as (

    select * from {{ ref('int_lots_moved') }}

),

described as (

    select * from {{ ref('int_lots_described') }}

),

lots as (

    select
        seen.sku_code || '-' || seen.lot_number as lot_id,
        seen.sku_code as sku_id,
        seen.sku_code,
        seen.lot_number,
        case
            when described.status in ('quarantined', 'retired') then described.status
            when coalesce(moved.received_date, described.received_date) is null then 'unreceived'
            when moved.quantity_on_hand > 0 then 'active'
            when moved.quantity_on_hand < 0 then 'overdrawn'
            else 'depleted'
        end as status,
        coalesce(moved.received_date, described.received_date) is null as is_inferred,
        least(moved.received_date, described.received_date) as received_date,
        described.expiry_date
    from seen
    left join moved on seen.sku_code = moved.sku_code and seen.lot_number = moved.lot_number
    left join described on seen.sku_code = described.sku_code and seen.lot_number = described.lot_number

)

select * from lots
