{{ config(materialized='view') }}
-- One row per line of a carrier bill. `is_loaded_before`: an earlier file has the same line, such as an export of a
-- span that overlaps another one.
{%- set identity = identity_of_bill_line() | join(', ') %}
with bills as (

    select * from {{ ref('stg_carrier_bills__bills') }}

),

lines as (

    select * from {{ ref('stg_carrier_bills__lines') }}

),

billed as (

    select
        lines.*,
        bills.bill_format,
        bills.carrier_code as billed_carrier_code,
        bills.is_adjustments,
        bills.imported_at
    from lines
    inner join bills on lines.bill_id = bills.bill_id

),

-- A file may have a line twice: its second one is the same as the second one of another file.
numbered as (

    select
        *,
        row_number() over (partition by bill_id, {{ identity }} order by line_number, line_key) as nth_in_bill
    from billed

),

loaded as (

    select
        *,
        row_number() over (
            partition by {{ identity }}, nth_in_bill order by imported_at, bill_id
        ) > 1 as is_loaded_before
    from numbered

)

select * from loaded
