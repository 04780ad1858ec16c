{{ config(materialized='ephemeral') }}
-- One row for each line in the files of closed months. Read through `int_lines_frozen`, after the files' hashes were
-- compared; a view would have DuckDB open a damaged file before that. `columns.parquet` is there for its columns; a row
-- in it would be none of ours.
with source as (

    select
        *,
        parse_filename(filename, true) as file_name
    from {{ source('frozen', 'lines') }}

),

lines as (

    select
        ---------- ids
        line_key,
        shipstation_order_id,
        shipment_id,
        entry_id,

        ---------- text
        line_kind,
        order_number,
        carrier_code,
        service_code,
        sku_code,
        sku_codes,
        units_by_sku,
        restatement_kind,
        transaction_type,
        cause,
        not_loaded,

        ---------- numerics
        order_count,
        package_count,
        unit_count,
        pallet_count,
        units_per_pallet,
        quantity_on_hand,
        quantity,

        ---------- money, in cents
        order_rate_cents,
        handling_rate_cents,
        storage_rate_cents,
        order_charge_cents,
        handling_charge_cents,
        storage_charge_cents,
        postage_cents,
        total_cents,

        ---------- booleans
        is_charged_ahead,

        ---------- dates
        try_cast(file_name || '-01' as date) as month,
        charge_date,
        restated_date,
        ship_date,
        inventory_date,
        transaction_date
    from source
    where file_name <> 'columns'

)

select * from lines
