{{ config(materialized='view') }}
-- One row per day of `int_days_rated`, with the rates of its bill: the billed ones if its month is closed, else those
-- valid on it. A day of a closed month that is on no bill, because the first shipment was later at the close, also has
-- the rates valid on it; shipments dated on it now are a change of that month.
with rated as (

    select * from {{ ref('int_days_rated') }}

),

frozen as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'day'

),

closed as (

    select month from {{ ref('int_months_closed') }}

),

billed as (

    select
        rated.charge_date,
        {{ month_of('rated.charge_date') }} in (select closed.month from closed) as is_closed,
        coalesce(frozen.order_rate_cents, rated.order_rate_cents) as order_rate_cents,
        coalesce(frozen.handling_rate_cents, rated.handling_rate_cents) as handling_rate_cents
    from rated
    left join frozen on rated.charge_date = frozen.charge_date

)

select * from billed
