with seen as (

    select sku_code, lot_number, ship_date as seen_date from {{ ref('shipped_items') }} where lot_number is not null
    union all
    select cast(sku_code as varchar), cast(lot_number as varchar), opening_date from {{ ref('opening_balances') }}

)

select
    sku_code || '-' || lot_number as lot_id,
    sku_code,
    lot_number,
    min(seen_date) as received_date
from seen
where sku_code is not null
group by all
