{{ config(materialized='view') }}
-- One row per component of each SKU text that can be sold: aliases first, then the products themselves.
with aliases as (

    select * from {{ ref('stg_reference__sku_aliases') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}

),

entries as (

    select
        alias_key as sku_key,
        sku_code,
        multiplier
    from aliases
    union all
    select
        sku_code as sku_key,
        sku_code,
        1 as multiplier
    from skus
    where sku_code not in (select aliases.alias_key from aliases)

),

numbered as (

    select
        sku_key,
        sku_code,
        multiplier,
        row_number() over (partition by sku_key order by sku_code) as component_number,
        count(*) over (partition by sku_key) as component_count
    from entries

)

select * from numbered
