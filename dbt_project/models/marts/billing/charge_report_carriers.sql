-- One row per month, carrier and service: packages and postage of the days that have ended; as billed if the month is
-- closed.
select * from {{ ref('int_carriers_billed') }}
