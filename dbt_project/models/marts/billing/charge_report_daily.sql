-- One row per calendar day that has ended, from the first shipment on, and per day of a closed month: as billed if its
-- month is closed, else as the ledger has it now. `pallet_count` is a balance; its sum is pallet-days. Changes after
-- the close are in `charge_restatements`.
select * from {{ ref('int_days_billed') }}
