-- One row per lot of a key product: its current balance, its FIFO position by received date, and its position among the
-- lots that are proposed for shipping; a quarantined or retired lot has neither. Lots plus the unassigned units of a
-- SKU add up to its stock. A negative balance means that more was shipped than received.
select * from {{ ref('int_lots_ranked') }}
