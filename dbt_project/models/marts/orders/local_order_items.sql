-- One row per product of a shop order, lines added up and bundles split into components; an unknown SKU keeps its text.
-- Do not add these units to ShipStation's: a unit counts where ShipStation ships it.
select * from {{ ref('int_local_items_listed') }}
