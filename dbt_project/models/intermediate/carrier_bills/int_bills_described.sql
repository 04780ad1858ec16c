{{ config(materialized='view') }}
-- One row per carrier bill, with the days of its charges and what its invoices lack: the difference between the totals
-- that the carrier printed and the sums of their lines in all files, as when a file was cut.
with bills as (

    select * from {{ ref('stg_carrier_bills__bills') }}

),

lines as (

    select * from {{ ref('int_bill_lines_classed') }}

),

invoices as (

    select
        bill_format,
        invoice_number,
        arg_max(invoice_cents, abs(invoice_cents))
        - sum(if(line_class = 'loaded_before', 0, amount_cents)) as missing_cents
    from lines
    where invoice_number is not null
    group by bill_format, invoice_number

),

billed as (

    select
        bill_id,
        bill_format,
        invoice_number,
        min(charged_date) as first_date,
        max(charged_date) as last_date
    from lines
    group by bill_id, bill_format, invoice_number

),

summed as (

    select
        billed.bill_id,
        cast(count(billed.invoice_number) as bigint) as invoice_count,
        cast(coalesce(sum(invoices.missing_cents), 0) as bigint) as missing_cents,
        min(billed.first_date) as first_date,
        max(billed.last_date) as last_date
    from billed
    left join invoices
        on billed.bill_format = invoices.bill_format and billed.invoice_number = invoices.invoice_number
    group by billed.bill_id

),

described as (

    select
        bills.bill_id,
        bills.file_name,
        bills.bill_format,
        bills.carrier_code,
        bills.line_count,
        summed.invoice_count,
        bills.amount_cents,
        summed.missing_cents,
        bills.is_adjustments,
        summed.first_date,
        summed.last_date,
        bills.imported_at
    from bills
    inner join summed on bills.bill_id = summed.bill_id

)

select * from described
