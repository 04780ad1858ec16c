-- One row: what this snapshot is, for whoever reads it.
select * from {{ ref('int_snapshot_described') }}
