-- One row per charge of a carrier's file. Those of a file that is not in `stg_carrier_bills__bills` do not count.
with source as (

    select *
    from {{ loaded_rows('carrier_bills', 'lines', {
        'line_key': 'varchar', 'line_hash': 'bigint', 'bill_id': 'varchar', 'line_number': 'bigint',
        'invoice_number': 'varchar', 'invoice_date': 'varchar', 'invoice_cents': 'bigint', 'charged_on': 'varchar',
        'transaction_id': 'varchar', 'tracking_number': 'varchar', 'lead_number': 'varchar', 'reference': 'varchar',
        'charge_kind': 'varchar', 'description': 'varchar', 'amount_cents': 'bigint', 'billed_ounces': 'double',
        'billed_dimensions': 'varchar',
    }) }}

),

lines as (

    select
        ---------- ids
        line_key,
        line_hash,
        bill_id,
        line_number,
        invoice_number,
        transaction_id,

        ---------- text
        tracking_number,
        lead_number,
        reference,
        charge_kind,
        description as charge_description,
        billed_dimensions,

        ---------- numerics
        billed_ounces,

        ---------- money, in cents
        amount_cents,
        invoice_cents,

        ---------- dates
        try_cast(invoice_date as date) as invoice_date,
        coalesce(try_cast(charged_on as date), try_cast(invoice_date as date)) as charged_date
    from source

)

select * from lines
