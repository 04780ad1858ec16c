-- One row per shop order, with its state. Its units count only with ShipStation's orders; units of waiting orders are
-- neither allocated nor shipped.
select * from {{ ref('int_local_orders_stated') }}
