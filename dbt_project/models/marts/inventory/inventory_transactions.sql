-- One row for each movement of a key product: opening balances, operators' entries after the opening day, and what was
-- shipped, one row a day, SKU and lot. On hand at the end of a day is the sum of `quantity` up to it; nothing else is.
select * from {{ ref('int_transactions_booked') }}
