-- One row for each week (Monday to Sunday) × SKU, zero weeks included, up to the week that runs, which is not complete.
select
    week_start_date,
    sku_code,
    quantity_shipped
from {{ ref('int_weekly_averages') }}
