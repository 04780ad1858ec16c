-- One row for each calendar day that has ended, from the first shipment on, and each day of a closed month: as it was
-- billed when its month is closed, else as the ledger has it. `pallet_count` is a balance: its sum is pallet-days. What
-- changed after the close is in `charge_restatements`.
select * from {{ ref('int_days_billed') }}
