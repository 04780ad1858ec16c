-- One row for each day × key product, from the opening day to today, without gaps. `quantity_on_hand` is a balance:
-- never add it up over days. Pallets are those the units stand on, by the factor valid on the day.
select * from {{ ref('int_stock_daily') }}
