-- One row per complete week and key product; a week is complete from its Friday on. Do not add up columns over weeks.
select * from {{ ref('int_weeks_reported') }}
