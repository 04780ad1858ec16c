-- One row per exception: what the models detect in the data, and what was recorded during loading. A row disappears
-- with its cause and keeps its id until then: `subject` distinguishes causes of one kind on one order, while `detail`
-- may change.
select * from {{ ref('int_exceptions_dated') }}
