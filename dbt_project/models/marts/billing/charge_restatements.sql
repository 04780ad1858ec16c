-- One row per change of a closed month, in the month that bills the difference: the first later month that is still
-- open. What closed months have already billed is not billed again. Counts and cents are differences and may be
-- negative. While billed shipments are not loaded, nothing new is restated.
select * from {{ ref('int_restatements_billed') }}
