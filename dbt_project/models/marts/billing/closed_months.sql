-- One row for each closed month: its newest close. Its lines are those of the first one, `frozen_at`.
with closed_months as (

    select * from {{ ref('int_months_closed') }}

)

select * from closed_months
