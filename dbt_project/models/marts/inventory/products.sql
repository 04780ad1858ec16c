{{ config(alias='skus', tags=['reference']) }}
-- Table `skus` of the contract; the seed of that name holds what users edit.
-- Made of seeds alone, which only a full build reads; the tag keeps it out of warm ones.
-- One row for each product. Key products are stocked here: ledger and inventory cover those only.
select * from {{ ref('stg_reference__skus') }}
