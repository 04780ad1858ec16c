-- One row per lot of a SKU: received lots, lots inferred from a line or label, and lots of the former system. An
-- inferred lot has no received date, because it was never received. A status set by an operator overrides the one that
-- follows from the balance.
select * from {{ ref('int_lots_seen') }}
