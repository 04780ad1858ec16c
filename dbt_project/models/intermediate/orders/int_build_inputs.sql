-- Exactly one row: hashes of what the tables of single orders are made from beside orders: names of products, carriers
-- and services, rates, the project's variables; and the former system's orders. With another hash all orders are
-- computed again. A table's name stands for its whole row here.
with dictionary as (

    select sum(hash(named)) as content_hash from {{ ref('int_sku_dictionary') }} as named -- noqa: AL05

),

skus as (

    select sum(hash(named)) as content_hash from {{ ref('stg_reference__skus') }} as named -- noqa: AL05

),

carriers as (

    select sum(hash(named)) as content_hash from {{ ref('stg_shipstation__carriers') }} as named -- noqa: AL05

),

services as (

    select sum(hash(named)) as content_hash from {{ ref('stg_shipstation__services') }} as named -- noqa: AL05

),

rate_card as (

    select sum(hash(named)) as content_hash from {{ ref('stg_reference__rate_card') }} as named -- noqa: AL05

),

former as (

    select sum(hash(named)) as content_hash from {{ ref('int_legacy_lines') }} as named -- noqa: AL05

),

inputs as (

    select
        md5(concat_ws(
            '|', dictionary.content_hash, skus.content_hash, rate_card.content_hash, carriers.content_hash,
            services.content_hash, build_context.timezone, {{ var('late_history_days') }}, {{ var('early_label_days') }}
        )) as reference_hash,
        coalesce(cast(former.content_hash as varchar), '') as former_hash
    from dictionary
    cross join skus
    cross join rate_card
    cross join carriers
    cross join services
    cross join former
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

)

select * from inputs
