{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='sync_all_columns'
) }}
-- One row per finished build, with the loads it covered. The last model of the graph, downstream of all others and
-- their tests: a failed or partial build adds no row.
{% for model in [
    'carrier_bill_lines', 'carrier_bills', 'charge_details', 'charge_report_carriers', 'charge_report_daily',
    'charge_report_lines', 'charge_report_monthly', 'charge_restatements', 'closed_months', 'closed_weeks',
    'closing_carriers', 'closing_days', 'closing_stock', 'daily_figures', 'exceptions', 'int_lots_promised',
    'inventory_current', 'inventory_daily', 'inventory_transactions', 'label_costs', 'loaded_spans',
    'local_order_items', 'local_orders', 'lot_inventory', 'lots', 'order_consignees', 'order_items_inbox',
    'orders_inbox', 'packages', 'products', 'shipped_daily', 'shipped_items', 'shipped_orders', 'snapshot_info',
    'sync_runs', 'time_spine_daily', 'weekly_inventory_report', 'weekly_shipped_history'
] -%}
-- depends_on: {{ ref(model) }}
{% endfor -%}
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

loads as (

    select coalesce(list(load_id order by load_id), []) as load_ids from {{ ref('stg_shipledger__new_loads') }}

),

finished as (

    select
        build_context.build_number,
        build_context.run_id,
        loads.load_ids,
        build_context.as_of
    from build_context
    cross join loads
    where {{ is_whole_build() }}

)

select * from finished
