-- One row for each product of an order of the shop, lines added up and bundles taken apart; what no list knows keeps
-- its text. These are not ShipStation's units: a unit is counted where ShipStation ships it, and nothing here is added
-- to that.
select * from {{ ref('int_local_items_listed') }}
