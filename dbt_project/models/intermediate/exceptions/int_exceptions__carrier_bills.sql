{{ config(materialized='view') }}
-- One row per carrier bill and class of lines that need a person, and per bill whose lines do not add up to its
-- invoices. The lines themselves are in `carrier_bill_lines`: a bill may have hundreds.
with bills as (

    select * from {{ ref('int_bills_described') }}

),

classes as (

    select
        bill_id,
        line_class,
        count(*) as line_count,
        sum(if(line_class = 'ambiguous', amount_cents, dispute_cents)) as amount_cents
    from {{ ref('int_bill_lines_classed') }}
    where line_class in ('not_ours', 'billed_twice', 'voided_but_billed', 'ambiguous') and amount_cents <> 0
    group by bill_id, line_class

),

found as (

    select
        'bill_' || line_class as exception_type,
        bill_id,
        line_count || if(line_count = 1, ' line', ' lines') || ' of $' || {{ as_dollars('amount_cents') }} as what,
        case line_class
            when 'not_ours' then 'for parcels that no label of ShipStation is for'
            when 'billed_twice' then 'for what the carrier has charged before'
            when 'voided_but_billed' then 'for voided labels, not given back'
            else 'that fit several labels, and count for none'
        end as why
    from classes
    union all
    select
        'bill_incomplete' as exception_type,
        bill_id,
        '$' || {{ as_dollars('missing_cents') }} as what,
        'between the totals of its invoices and the sum of their lines' as why
    from bills
    where missing_cents <> 0

),

excepted as (

    select
        found.exception_type,
        if(found.exception_type in ('bill_not_ours', 'bill_ambiguous'), 'warning', 'error') as severity,
        null::bigint as shipstation_order_id,
        null::varchar as order_number,
        found.bill_id as subject,
        found.what as cause,
        bills.file_name || ' has ' || found.what || ' ' || found.why || '.' as detail,
        bills.imported_at as first_seen_at
    from found
    inner join bills on found.bill_id = bills.bill_id

)

select * from excepted
