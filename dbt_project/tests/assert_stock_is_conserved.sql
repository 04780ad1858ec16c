-- Opening balance plus receipts minus shipments equals stock on hand: for each SKU today, and its lots plus its
-- unassigned units add up to the same number. If this fails, somebody looks for units that never existed.
with movements as (

    select movements.*
    from {{ ref('inventory_transactions') }} as movements
    inner join {{ ref('stg_shipledger__build_context') }} as build_context
        on movements.transaction_date <= build_context.today

),

ledger as (

    select
        sku_code,
        sum(quantity) as quantity,
        sum(quantity) filter (where lot_id is null) as quantity_without_lot
    from movements
    group by sku_code

),

lots as (

    select
        sku_code,
        sum(quantity_on_hand) as quantity
    from {{ ref('lot_inventory') }}
    group by sku_code

)

select
    current_stock.sku_code,
    current_stock.quantity_on_hand,
    ledger.quantity as quantity_of_ledger,
    lots.quantity as quantity_of_lots,
    ledger.quantity_without_lot
from {{ ref('inventory_current') }} as current_stock
left join ledger on current_stock.sku_code = ledger.sku_code
left join lots on current_stock.sku_code = lots.sku_code
where
    current_stock.quantity_on_hand <> coalesce(ledger.quantity, 0)
    or current_stock.quantity_on_hand <> coalesce(lots.quantity, 0) + coalesce(ledger.quantity_without_lot, 0)
