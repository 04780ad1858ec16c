select
    row_number() over (order by sku_code) as sku_id,
    cast(sku_code as varchar) as sku_code,
    product_name,
    is_key_product,
    reorder_point
from {{ ref('skus') }}
