-- One row per inventory transaction of the former system, with a signed quantity. Lots are in free text; a lot is used
-- if the text names exactly one possible lot number. Shipments are flagged: they count with the shipped items.
with source as (

    select *
    from
        {{ legacy_rows('inventory_transactions', {
            'id': 'bigint', 'date': 'varchar', 'sku': 'varchar', 'quantity': 'bigint',
            'transaction_type': 'varchar', 'lot': 'varchar', 'notes': 'varchar'
        }) }}

),

read_lots as (

    select
        *,
        {{ lots_in_text('coalesce(lot, notes)', 'sku') }} as lots
    from source

),

transactions as (

    select
        ---------- ids
        id as legacy_transaction_id,

        ---------- text
        trim(sku) as sku_code,
        replace(lower(trim(transaction_type)), ' ', '_') as transaction_type,
        if(len(lots) = 1, lots[1], null) as lot_number,
        nullif(trim(coalesce(lot, notes)), '') as note,

        ---------- numerics
        case lower(trim(transaction_type))
            when 'adjust down' then -abs(quantity)
            when 'adjust up' then abs(quantity)
            else quantity
        end as quantity,

        ---------- booleans
        lower(trim(transaction_type)) = 'ship' as is_shipment,
        len(lots) <> 1 and nullif(trim(coalesce(lot, notes)), '') is not null as is_note_unread,

        ---------- dates
        {{ legacy_date('date') }} as transaction_date
    from read_lots

)

select * from transactions
