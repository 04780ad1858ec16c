-- One row for each closed week: its newest close. A note only: the figures of a closed week are the ledger's.
select * from {{ ref('int_weeks_closed') }}
