{{ config(materialized='view') }}
-- One row: hashes of the inputs of order-level tables other than orders: names of products, carriers and services,
-- rates, the project's variables; and the former system's orders. A changed hash puts all orders into the change set.
-- In `hash(...)` the table name stands for the whole row.
{%- set lists = {
    'dictionary': 'int_sku_dictionary',
    'skus': 'stg_reference__skus',
    'carriers': 'stg_shipstation__carriers',
    'services': 'stg_shipstation__services',
    'rate_card': 'stg_reference__rate_card',
    'former': 'int_legacy_lines',
} %}
with {% for name, model in lists.items() -%}
{{ name }} as (

    select sum(hash(listed)) as content_hash from {{ ref(model) }} as listed -- noqa: AL05

),

{% endfor -%}
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
