-- One row for each order of the shop and how far it is. Its units are counted with ShipStation's orders only; those
-- that wait here are neither allocated nor shipped.
select * from {{ ref('int_local_orders_stated') }}
