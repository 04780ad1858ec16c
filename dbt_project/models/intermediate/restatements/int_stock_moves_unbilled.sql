{{ config(materialized='view') }}
-- One row per closed month, key product and stock movement since the close: departures that changed, minus what was
-- restated by then, late departures of an earlier month without a bill, and movements dated back into the month.
with compared as (

    select * from {{ ref('int_stock_compared') }}

),

departures as (

    select
        restatement_key,
        null::date as billed_month,
        restated_date,
        shipstation_order_id,
        order_number,
        shipment_id,
        unit_count,
        sku_codes,
        cause
    from {{ ref('int_details_restated') }}
    union all by name
    select
        line_key as restatement_key,
        month as billed_month,
        restated_date,
        shipstation_order_id,
        order_number,
        shipment_id,
        -unit_count as unit_count,
        sku_codes,
        'taken back: ' || cause as cause
    from {{ ref('stg_frozen__lines') }}
    where line_kind = 'restatement' and restatement_kind = 'shipment'

),

moves as (

    select
        compared.month,
        compared.sku_code,
        min(departures.shipstation_order_id) as shipstation_order_id,
        min(departures.order_number) as order_number,
        min(departures.shipment_id) as shipment_id,
        null as entry_id,
        min(departures.restated_date) as moved_date,
        arg_min(departures.cause, coalesce(departures.billed_month, date '0001-01-01')) as cause
    from compared
    inner join departures
        on
            list_contains(string_split(departures.sku_codes, ' '), compared.sku_code)
            and compared.last_date >= departures.restated_date
            and (departures.billed_month is null or compared.month >= departures.billed_month)
    group by compared.month, compared.sku_code, departures.restatement_key
    having sum(departures.unit_count) <> 0
    union all by name
    select
        compared.month,
        compared.sku_code,
        late.shipstation_order_id,
        late.order_number,
        late.shipment_id,
        late.ship_date as moved_date,
        'late shipment: ' || {{ name_of_departure('late.shipment_id', 'late.order_number') }}
        || ' was not known at the close' as cause
    from compared
    inner join {{ ref('int_departures_late') }} as late
        on
            compared.month > late.ship_date
            and compared.frozen_at < late.first_seen_at
            and list_contains(string_split({{ skus_of('late.units_by_sku') }}, ' '), compared.sku_code)
    union all by name
    select
        compared.month,
        compared.sku_code,
        entries.entry_id,
        entries.transaction_date as moved_date,
        entries.cause
    from compared
    inner join {{ ref('int_movements_unbilled') }} as entries
        on
            compared.sku_code = entries.sku_code
            and compared.last_date >= entries.transaction_date
            and (entries.known_at is null or compared.frozen_at < entries.known_at)

)

select * from moves
