-- One row per line of a closed month as frozen at its close: what was billed (days, carriers, restatements) and the
-- evidence that later changes are compared with (details, stock, movements). A line has the columns of its kind; do not
-- add up counts and cents of different kinds. `columns.parquet` only provides the columns; a row in it would belong to
-- no month.
with source as (

    select
        *,
        parse_filename(filename, true) as file_name
    from {{ source('frozen', 'lines') }}

),

files as (

    select * from {{ ref('stg_frozen__files') }}

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
        files.month,
        charge_date,
        restated_date,
        ship_date,
        inventory_date,
        transaction_date
    from source
    inner join files on source.file_name = files.month_name

)

select * from lines
