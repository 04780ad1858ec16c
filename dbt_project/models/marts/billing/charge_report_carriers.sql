-- One row for each month × carrier × service: packages and postage of the days that have ended; as billed when the
-- month is closed.
select * exclude (has_ended) from {{ ref('int_carriers_charged') }}
where has_ended
