-- One row for each thing that needs a person: what the models find in the data, and what loading it noticed. A row goes
-- when its cause goes, and keeps its id until then: `subject` tells the causes of one kind on one order apart, while
-- the detail may change.
select * from {{ ref('int_exceptions_identified') }}
