-- One row per movement of a key product: opening balances, operators' entries after the opening day, and shipments, one
-- row per day, SKU and lot. The stock at the end of a day is the sum of `quantity` up to that day, and nothing else.
select * from {{ ref('int_transactions_booked') }}
