-- One row for each complete week × key product; a week is complete from its Friday on. Nothing here adds up over weeks.
select * from {{ ref('int_weeks_reported') }}
