select
    'opening-' || sku_code || '-' || lot_number as transaction_id,
    opening_date as transaction_date,
    cast(sku_code as varchar) as sku_code,
    cast(lot_number as varchar) as lot_number,
    'opening' as transaction_type,
    quantity
from {{ ref('opening_balances') }}
union all
select
    shipped_item_id as transaction_id,
    ship_date as transaction_date,
    sku_code,
    lot_number,
    'ship' as transaction_type,
    -quantity_shipped as quantity
from {{ ref('shipped_items') }}
where sku_code is not null and ship_date > (select min(opening_date) from {{ ref('opening_balances') }})
