-- One row per list of ShipStation and time range in which all changes are loaded. Changes between two ranges of a list
-- are not. The next sync continues at the end of the range with `is_continued`.
with spans as (

    select * from {{ ref('int_spans_joined') }}

),

loaded as (

    select
        list_name,
        from_at,
        until_at,
        is_continued
    from spans

)

select * from loaded
