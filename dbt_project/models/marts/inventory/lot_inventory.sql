-- One row per lot of a key product: its current balance and its FIFO position; a quarantined or retired lot has none.
-- Lots plus the unassigned units of a SKU add up to its stock. A negative balance means that more was shipped than
-- received.
select * from {{ ref('int_lots_ranked') }}
