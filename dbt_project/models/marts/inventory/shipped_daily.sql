-- One row per calendar day from the first shipment to today, days of zero included: what shipped, as the ledger has it
-- now. Every report and page, and the charges, take orders, packages and units per day or week from here. An order
-- counts on its first ship date only, units on their own ship date.
select * from {{ ref('int_days_shipped') }}
