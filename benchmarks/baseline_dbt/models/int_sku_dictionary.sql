select
    cast(sku_code as varchar) as sku_key,
    cast(sku_code as varchar) as sku_code,
    1 as multiplier
from {{ ref('skus') }}
union all
select
    cast(alias_sku as varchar) as sku_key,
    cast(component_sku as varchar) as sku_code,
    multiplier
from {{ ref('sku_aliases') }}
