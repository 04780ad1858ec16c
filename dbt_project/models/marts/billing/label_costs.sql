-- One row per label that a carrier's bill is about, or that its carrier never billed. Of other labels the final cost is
-- the label cost.
select * from {{ ref('int_labels_costed') }}
