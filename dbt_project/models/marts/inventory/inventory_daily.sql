-- One row per day and key product, from the opening day to today, without gaps. `quantity_on_hand` is a balance: do not
-- add it up over days. Pallets use the factor valid on the day and include started ones.
select * from {{ ref('int_stock_daily') }}
