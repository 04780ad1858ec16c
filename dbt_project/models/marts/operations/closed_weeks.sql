-- One row per closed week, with its latest close. Only a record: the figures of a closed week are those of the ledger.
select * from {{ ref('int_weeks_closed') }}
