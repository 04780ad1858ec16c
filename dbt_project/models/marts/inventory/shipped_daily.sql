-- One row for each calendar day from the first shipment on up to the business day, zeros included: what left, as the
-- ledger has it now. Every report, page and sentence about a day or week takes its orders, packages and units from
-- here, and so do the charges. An order counts on its first ship date only, units on their own.
select * from {{ ref('int_days_shipped') }}
