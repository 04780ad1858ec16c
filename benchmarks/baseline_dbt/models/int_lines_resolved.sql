select
    lines.shipment_id,
    lines.shipstation_sku_raw,
    nullif(regexp_extract(lines.shipstation_sku_raw, '[-–—]\s*([0-9]+)\s*$', 1), '') as lot_number,
    dictionary.sku_code,
    lines.quantity * coalesce(dictionary.multiplier, 1) as quantity_shipped
from {{ ref('int_shipment_lines') }} as lines
left join {{ ref('int_sku_dictionary') }} as dictionary
    on dictionary.sku_key = regexp_extract(trim(lines.shipstation_sku_raw), '^([0-9A-Za-z]+)', 1)
