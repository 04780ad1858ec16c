-- One row per key product, as of now. Allocated: units of open orders that have not shipped. Average: of the last
-- complete weeks, as in the weekly report. Days of supply is null if nothing was shipped.
select * from {{ ref('int_stock_now') }}
