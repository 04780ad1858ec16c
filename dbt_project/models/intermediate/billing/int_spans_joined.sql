{{ config(materialized='view') }}
-- One row per list and time range that was read without a gap: ranges that touch are joined. The former system's daily
-- data count as read for all lists, up to its last day, which may have been exported before it ended.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

former as (

    select
        cast(min(ship_date) as timestamp) as from_wall,
        cast(max(ship_date) as timestamp) as until_wall
    from {{ ref('stg_legacy__shipped_items') }}

),

spans as (

    select
        list_name,
        moves_watermark,
        from_at,
        until_at,
        noted_at
    from {{ ref('stg_shipstation__read_spans') }}
    where is_load_complete
    union all
    select
        unnest(['orders', 'shipments', 'voids', 'fulfillments']) as list_name,
        false as moves_watermark,
        former.from_wall at time zone build_context.timezone as from_at,
        former.until_wall at time zone build_context.timezone as until_at,
        null as noted_at
    from former
    cross join build_context
    where former.from_wall is not null

),

reached as (

    select
        *,
        max(until_at) over (
            partition by list_name order by from_at, until_at
            rows between unbounded preceding and 1 preceding
        ) as reached_at,
        noted_at = max(noted_at) filter (where moves_watermark) over (partition by list_name) and moves_watermark
            as is_newest
    from spans

),

numbered as (

    select
        *,
        count(*) filter (where reached_at is null or from_at > reached_at) over (
            partition by list_name order by from_at, until_at
            rows between unbounded preceding and current row
        ) as stretch_number
    from reached

),

joined as (

    select
        list_name,
        min(from_at) as from_at,
        max(until_at) as until_at,
        coalesce(bool_or(is_newest), false) as is_continued
    from numbered
    group by list_name, stretch_number

)

select * from joined
