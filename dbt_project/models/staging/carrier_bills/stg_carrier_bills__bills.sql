-- One row per carrier bill: a file that was loaded.
with source as (

    select *
    from {{ loaded_rows('carrier_bills', 'bills', {
        'bill_id': 'varchar', 'file_name': 'varchar', 'format': 'varchar', 'carrier': 'varchar',
        'is_adjustments': 'boolean', 'line_count': 'bigint', 'amount_cents': 'bigint', 'imported_at': 'timestamptz',
        '_dlt_load_id': 'varchar',
    }) }}

),

bills as (

    select
        ---------- ids
        bill_id,

        ---------- text
        file_name,
        format as bill_format,
        carrier as carrier_code,
        _dlt_load_id as load_id,

        ---------- numerics
        line_count,

        ---------- money, in cents
        amount_cents,

        ---------- booleans
        is_adjustments,

        ---------- dates, as instants
        imported_at
    from source

)

select * from bills
