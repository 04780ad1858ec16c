{{ config(alias='skus', tags=['reference']) }}
-- One row per product; published as table `skus`, a name that the seed already has. Key products are stocked here:
-- ledger and inventory cover only those. Built from seeds, which only a full build reads; the tag excludes it from
-- incremental builds.
select * from {{ ref('stg_reference__skus') }}
