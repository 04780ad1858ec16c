-- One row per lot of the former system, active or not. A lot listed twice is active if one of the rows is.
with source as (

    select *
    from
        {{ legacy_rows('sku_lot', {
            'sku': 'varchar', 'lot': 'varchar', 'active': 'bigint', 'received_date': 'varchar'
        }) }}

),

lots as (

    select
        ---------- text
        trim(sku) as sku_code,
        {{ parse_lot('lot') }} as lot_number,

        ---------- booleans
        bool_or(active = 1) as is_active,

        ---------- dates
        min({{ legacy_date('received_date') }}) as received_date
    from source
    group by 1, 2

)

select * from lots
