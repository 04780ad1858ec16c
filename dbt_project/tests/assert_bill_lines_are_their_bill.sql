-- Each charge of a carrier's bill is in one class, and the lines of a label add up to what it was billed. If this
-- fails, money of a bill is counted twice or not at all.
with lines as (

    select * from {{ ref('int_bill_lines_classed') }}

),

bills as (

    select * from {{ ref('stg_carrier_bills__bills') }}

),

parcels as (

    select * from {{ ref('int_bill_parcels_settled') }}

),

classed as (

    select
        bill_id,
        count(*) as line_count,
        sum(amount_cents) filter (where charge_kind <> 'payment') as amount_cents
    from lines
    group by bill_id

),

settled as (

    select
        parcel_key,
        sum(amount_cents) as amount_cents,
        sum(difference_cents) as difference_cents,
        sum(dispute_cents) as dispute_cents
    from lines
    where parcel_key is not null
    group by parcel_key

)

select
    bills.bill_id as subject,
    bills.amount_cents,
    classed.amount_cents as amount_of_lines
from bills
left join classed on bills.bill_id = classed.bill_id
where
    bills.line_count is distinct from classed.line_count
    or bills.amount_cents is distinct from coalesce(classed.amount_cents, 0)
union all
select
    parcels.parcel_key as subject,
    parcels.billed_cents - parcels.label_cost_cents as amount_cents,
    settled.difference_cents as amount_of_lines
from parcels
left join settled on parcels.parcel_key = settled.parcel_key
where
    parcels.charged_cents + parcels.wrong_cents + parcels.credited_cents is distinct from settled.amount_cents
    or parcels.disputed_cents + parcels.excess_cents is distinct from settled.dispute_cents
    or (
        parcels.shipment_id is not null and not parcels.is_voided
        and parcels.billed_cents - parcels.label_cost_cents is distinct from settled.difference_cents
    )
