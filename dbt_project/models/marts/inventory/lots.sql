-- One row for each lot of a SKU: those received, and those made on sight because a line or a label names them
-- (inferred), and those the former system knew. An inferred lot has no received date: nobody received it. What an
-- operator says a lot is wins over what its balance says.
select * from {{ ref('int_lots_seen') }}
