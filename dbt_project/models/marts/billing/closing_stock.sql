-- One row for each day of the running month that is still to come × key product: the stock now on hand, which a close
-- of the month now would charge storage for.
select * from {{ ref('int_stock_ahead') }}
