-- One row per carrier's bill: a file that was imported.
select * from {{ ref('int_bills_described') }}
