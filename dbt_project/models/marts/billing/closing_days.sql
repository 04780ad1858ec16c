-- One row for each day of the running month that has not ended, as the month would be billed if it were closed now: the
-- day that runs as far as it is known, the days to come with storage for the stock now on hand and nothing else. None
-- once the month is closed. Amounts are null where a rate or pallet factor is missing.
select
    * exclude (has_ended, is_charged),
    true as is_charged_ahead,
    cast(null as varchar) as not_loaded
from {{ ref('int_days_charged') }}
where not is_charged
