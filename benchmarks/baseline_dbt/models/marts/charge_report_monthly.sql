select
    cast(date_trunc('month', charge_date) as date) as month,
    sum(order_charge_cents) as order_charge_cents,
    sum(handling_charge_cents) as handling_charge_cents,
    sum(storage_charge_cents) as storage_charge_cents
from {{ ref('charge_report_daily') }}
group by all
