{{ config(post_hook='{{ check_sku_aliases() }}') }}
-- One row per component of an alias (a bundle, pack or promotional SKU); the alias is normalized by the SKU parser.
with source as (

    select * from {{ ref('sku_aliases') }}

),

sku_aliases as (

    select
        {{ parse_sku_lot('alias_sku') }}.sku_key as alias_key,
        {{ spelled('component_sku') }} as sku_code,
        alias_kind,
        multiplier
    from source

)

select * from sku_aliases
