-- One row for each carrier × service of the day that runs: what a close of the running month now would bill beside the
-- days that have ended.
select * exclude (has_ended) from {{ ref('int_carriers_charged') }}
where not has_ended
