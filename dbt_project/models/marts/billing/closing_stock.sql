-- One row per future day of the current month and key product: the current stock, for which a close of the month now
-- would charge storage.
select * from {{ ref('int_stock_ahead') }}
