-- One row per week (Monday to Sunday) and SKU, weeks of zero included, up to the current week, which is not complete.
select
    week_start_date,
    sku_code,
    quantity_shipped
from {{ ref('int_weekly_averages') }}
