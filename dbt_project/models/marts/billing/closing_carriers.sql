-- One row per carrier and service of today: what a close of the current month now would bill besides the days that have
-- ended.
select * exclude (has_ended) from {{ ref('int_carriers_charged') }}
where not has_ended
