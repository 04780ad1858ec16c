-- One row for each key product, as it stands now. Allocated: what open orders still want. Average: of the last complete
-- weeks, as in the weekly report. No days of supply when nothing was shipped.
select * from {{ ref('int_stock_now') }}
