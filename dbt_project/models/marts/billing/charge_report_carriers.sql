-- One row per month, carrier and service: packages and postage of the days that have ended; as billed if the month is
-- closed. Beside the postage its final cost, which no invoice of ours contains unless it is restated.
select * from {{ ref('int_carriers_billed') }}
