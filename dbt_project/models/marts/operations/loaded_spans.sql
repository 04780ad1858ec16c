-- One row for each of ShipStation's lists and stretch of time of which everything that changed is loaded. What lies
-- between two stretches of a list is not. The next sync goes on where the continued one ends.
select * from {{ ref('int_spans_joined') }}
