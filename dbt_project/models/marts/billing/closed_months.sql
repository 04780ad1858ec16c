-- depends_on: {{ ref('stg_shipledger__new_loads') }}
-- One row for each closed month: its newest close. Its lines are those of the first one, `frozen_at`. Lines that are
-- not what was hashed stop the build: a bill that was changed behind everybody's back must not be published.
with closes as (

    select * from {{ ref('stg_operations__frozen_months') }}

),

lines as (

    select * from {{ ref('stg_operations__frozen_lines') }}

),

newest as (

    select
        month,
        max(version) as version,
        min(closed_at) as frozen_at,
        arg_max(struct_pack(closed_at, actor, snapshot, run_id, content_hash, evidence_hash), version) as newest_close
    from closes
    group by month

),

hashed as (

    select
        newest.month,
        {{ hash_of_lines(['carrier', 'day', 'restatement']) }} as content_hash,
        if(
            {{ is_evidence_due('newest.month') }}, {{ hash_of_lines(['detail', 'movement', 'stock']) }}, null
        ) as evidence_hash
    from newest
    left join lines
        on
            newest.month = lines.month
            and (lines.line_kind in ('carrier', 'day', 'restatement') or {{ is_evidence_due('lines.month') }})
    group by newest.month

),

checked as (

    select
        newest.month,
        newest.version,
        newest.newest_close.closed_at,
        newest.newest_close.actor,
        newest.newest_close.snapshot,
        newest.newest_close.run_id,
        {{ hash_or_refusal('content_hash') }} as content_hash,
        {{ hash_or_refusal('evidence_hash') }} as evidence_hash,
        newest.frozen_at
    from newest
    left join hashed on newest.month = hashed.month

)

select * from checked
