-- One row for each thing that changed after its month was closed, by the month that bills the difference: the first one
-- after it that is not closed. What closed months have carried already is not billed again. Counts and cents are
-- differences; they may be negative. While billed shipments are not loaded, nothing new is restated.
select * from {{ ref('int_restatements_billed') }}
