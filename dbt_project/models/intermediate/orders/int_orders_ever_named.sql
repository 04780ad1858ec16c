{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='sync_all_columns'
) }}
-- One row per ShipStation row, order that it ever named and number that the order had then. If a label moves to another
-- order, or an order gets another number, the previous order must be in the change set as well, and only this table has
-- it.
with named as (

    select distinct
        row_kind,
        row_id,
        shipstation_order_id,
        number_hash
    from {{ ref('int_orders_named') }}
    where row_kind = 'former' or {{ newly_loaded('load_id') }}

),

new_names as (

    select named.*
    from named
    {% if is_incremental() -%}
    left join {{ this }} as known
        on
            named.row_kind = known.row_kind
            and named.row_id = known.row_id
            and named.shipstation_order_id = known.shipstation_order_id
            and named.number_hash is not distinct from known.number_hash
    where known.row_id is null
    {%- endif %}

)

select * from new_names
