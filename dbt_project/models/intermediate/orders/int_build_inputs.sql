-- Exactly one row: hashes of what the tables of single orders are made from beside orders: names of products, carriers
-- and services, rates, the project's variables; and the former system's orders. Another hash: all of them are computed again.
with dictionary as (

    select sum(hash(dictionary)) as content from {{ ref('int_sku_dictionary') }} as dictionary

),

skus as (

    select sum(hash(skus)) as content from {{ ref('stg_reference__skus') }} as skus

),

carriers as (

    select sum(hash(carriers)) as content from {{ ref('stg_shipstation__carriers') }} as carriers

),

services as (

    select sum(hash(services)) as content from {{ ref('stg_shipstation__services') }} as services

),

rate_card as (

    select sum(hash(rate_card)) as content from {{ ref('stg_reference__rate_card') }} as rate_card

),

former as (

    select sum(hash(lines)) as content from {{ ref('int_legacy_lines') }} as lines

),

inputs as (

    select
        md5(concat_ws(
            '|', dictionary.content, skus.content, rate_card.content, carriers.content, services.content,
            build_context.timezone,
            {{ var('late_history_days') }}, {{ var('early_label_days') }}
        )) as reference_hash,
        coalesce(cast(former.content as varchar), '') as former_hash
    from dictionary
    cross join skus
    cross join rate_card
    cross join carriers
    cross join services
    cross join former
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

)

select * from inputs
