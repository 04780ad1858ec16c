-- One row per day of the current month that has not ended: what a close of the month now would bill for it. Today
-- counts so far; future days have storage for the current stock and nothing else. No rows once the month is closed.
-- Amounts are null if a rate or pallet factor is missing.
select
    * exclude (has_ended, is_charged),
    true as is_charged_ahead,
    cast(null as varchar) as not_loaded
from {{ ref('int_days_charged') }}
where not is_charged
