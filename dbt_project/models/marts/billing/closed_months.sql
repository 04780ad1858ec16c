-- One row per closed month, with its latest close. Its lines are those of the first close, `frozen_at`.
select * from {{ ref('int_months_closed') }}
