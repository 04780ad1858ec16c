-- One row per week and product of the former system's history. `is_week`: from Monday to Sunday.
with source as (

    select *
    from
        {{ legacy_rows('weekly_shipped_history', {
            'id': 'bigint', 'start_date': 'varchar', 'end_date': 'varchar', 'sku': 'varchar',
            'quantity_shipped': 'bigint'
        }) }}

),

history as (

    select
        ---------- ids
        id as legacy_history_id,

        ---------- text
        trim(sku) as sku_code,

        ---------- numerics
        quantity_shipped,

        ---------- booleans
        coalesce(
            try_cast(start_date as date) = {{ monday_of('try_cast(start_date as date)') }}
            and try_cast(end_date as date) = try_cast(start_date as date) + 6,
            false
        ) as is_week,

        ---------- dates
        try_cast(start_date as date) as week_start_date
    from source

)

select * from history
