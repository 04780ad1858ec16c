-- One row per closed month, with its latest close. Its lines are those of the first close, `frozen_at`.
with closed_months as (

    select * from {{ ref('int_months_closed') }}

)

select * from closed_months
