-- One row for each lot of a key product: its balance now, and its turn to be sent out, which a lot in quarantine or
-- retired has not. Lots and the unassigned units of a SKU add up to its stock; a lot below zero was shipped without
-- being received.
select * from {{ ref('int_lots_ranked') }}
