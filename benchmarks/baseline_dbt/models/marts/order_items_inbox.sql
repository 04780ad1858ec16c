select
    items.*,
    dictionary.sku_code,
    nullif(regexp_extract(items.shipstation_sku_raw, '[-–—]\s*([0-9]+)\s*$', 1), '') as lot_number
from {{ ref('stg_order_items') }} as items
left join (select * from {{ ref('int_sku_dictionary') }} qualify count(*) over (partition by sku_key) = 1) as dictionary
    on dictionary.sku_key = regexp_extract(trim(items.shipstation_sku_raw), '^([0-9A-Za-z]+)', 1)
