-- Weeks are the sums of their days. If this fails, the weekly report and the daily stock contradict each other, and it
-- is unclear which is right. Weeks of the former system's history have no days here.
with known_by_day as (

    select coalesce(sum(shipped.quantity_shipped), 0) as units
    from {{ ref('int_shipped_daily') }} as shipped
    left join {{ ref('int_weekly_averages') }} as averages
        on
            {{ monday_of('shipped.ship_date') }} = averages.week_start_date
            and shipped.sku_code = averages.sku_code
    where not coalesce(averages.is_of_former_system, false)

),

weeks as (

    select coalesce(sum(weeks.quantity_shipped), 0) as units
    from {{ ref('weekly_shipped_history') }} as weeks
    inner join {{ ref('int_weekly_averages') }} as averages
        on weeks.week_start_date = averages.week_start_date and weeks.sku_code = averages.sku_code
    where not averages.is_of_former_system

)

select
    known_by_day.units,
    weeks.units as units_of_weeks
from known_by_day
cross join weeks
where known_by_day.units <> weeks.units
