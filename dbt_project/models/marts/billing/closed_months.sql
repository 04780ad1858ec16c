-- One row for each closed month: its newest close. Its lines are those of the first one, `frozen_at`.
select * from {{ ref('int_months_closed') }}
