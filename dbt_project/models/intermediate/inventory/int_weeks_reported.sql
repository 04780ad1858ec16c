{{ config(materialized='view') }}
-- One row per complete week and key product; a week is complete from its Friday on. Do not add up columns over weeks.
-- The run-out date has a range that holds in about four of five cases if future weeks vary like past ones. Outlying
-- weeks are clipped for the range, never for the average.
with weeks as (

    select * from {{ ref('int_weeks_supplied') }}

),

varied as (

    select
        *,
        {{ deviation_of_weeks('weekly_units') }} as deviation
    from weeks

),

ranged as (

    select
        *,
        {{ var('run_out_deviations') }} * deviation / sqrt(greatest(days_of_supply / 7, 1)) as margin
    from varied

),

reported as (

    select
        week_start_date,
        sku_code,
        product_name,
        quantity_on_hand,
        average_weekly_units,
        weeks_averaged,
        days_of_supply,
        {{ run_out_date('counted_on_date', 'days_of_supply') }} as run_out_date,
        {{ run_out_date('counted_on_date', days_at('quantity_to_last', 'average_weekly_units + margin')) }}
            as run_out_earliest_date,
        {{ run_out_date('counted_on_date', days_at('quantity_to_last', 'average_weekly_units - margin')) }}
            as run_out_latest_date,
        {{ alert_level('quantity_to_last', 'reorder_point', 'days_of_supply') }} as alert_level,
        pallet_count,
        units_per_pallet,
        {{ full_pallets('quantity_on_hand', 'units_per_pallet') }} as full_pallet_count,
        quantity_on_hand - {{ full_pallets('quantity_on_hand', 'units_per_pallet') }} * units_per_pallet
            as loose_unit_count,
        quantity_shipped
    from ranged

)

select * from reported
