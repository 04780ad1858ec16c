{{ config(materialized='view') }}
-- One row for each line of a closed month as it stood when it was closed: what was billed (days, carriers,
-- restatements) and what later changes are compared with (details, stock, movements). A line has the columns of its
-- kind; counts and cents of different kinds must not be added up. Reading the months first has their files' hashes
-- compared: a damaged file stops the build there, in words that say what to do.
with lines as (

    select * from {{ ref('stg_frozen__lines') }}

),

closed as (

    select * from {{ ref('int_months_closed') }}

),

frozen as (

    select * from lines
    where month in (select closed.month from closed)

)

select * from frozen
