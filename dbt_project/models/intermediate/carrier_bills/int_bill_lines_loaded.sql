-- One row per line of a carrier bill; none if nothing changed that its class depends on. `is_loaded_before`: an earlier
-- file has the same line, such as an export of a span that overlaps another one.
with bills as (

    select * from {{ ref('stg_carrier_bills__bills') }}

),

changed as (

    select * from {{ ref('int_bills_changed') }}

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
    inner join changed on changed.is_changed

),

-- A file may have a line twice: its second one is the same as the second one of another file.
numbered as (

    select
        *,
        row_number() over (partition by bill_id, line_hash order by line_number, line_key) as nth_in_bill
    from billed

),

loaded as (

    select
        * exclude (nth_in_bill),
        row_number() over (partition by line_hash, nth_in_bill order by imported_at, bill_id) > 1 as is_loaded_before
    from numbered

)

select * from loaded
