-- One row per list of ShipStation and time range in which all changes are loaded. Changes between two ranges of a list
-- are not. The next sync continues at the end of the range with `is_continued`.
select * from {{ ref('int_spans_joined') }}
