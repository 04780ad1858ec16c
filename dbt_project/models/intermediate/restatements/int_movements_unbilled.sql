{{ config(materialized='view') }}
-- One row per movement, other than a shipment, that is missing in a closed month: entered later with an earlier date,
-- or changed since. `known_at` is the first close that included it; null if none did.
with movements as (

    select * from {{ ref('int_transactions_booked') }}
    where transaction_type <> 'ship'

),

closed as (

    select * from {{ ref('int_months_closed') }}

),

seen as (

    select
        frozen.line_key as transaction_id,
        frozen.quantity,
        min(closed.frozen_at) as known_at
    from {{ ref('stg_frozen__lines') }} as frozen
    inner join closed on frozen.month = closed.month
    where frozen.line_kind = 'movement'
    group by all

),

unbilled as (

    select
        movements.sku_code,
        movements.transaction_date,
        nullif(regexp_extract(movements.transaction_id, '^entry:(.*)$', 1), '') as entry_id,
        movements.transaction_type || ' of ' || movements.quantity || ' dated back to ' || movements.transaction_date
        || coalesce(' (entry ' || nullif(regexp_extract(movements.transaction_id, '^entry:(.*)$', 1), '') || ')', '')
            as cause,
        seen.known_at
    from movements
    left join seen on movements.transaction_id = seen.transaction_id and movements.quantity = seen.quantity
    where movements.transaction_date < (select max(closed.month) + interval 1 month from closed)

)

select * from unbilled
