-- One row: the run, time and contents of this snapshot.
select * from {{ ref('int_snapshot_described') }}
