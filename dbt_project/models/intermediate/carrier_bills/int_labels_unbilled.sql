{{ config(materialized='view') }}
-- One row per label that its carrier never billed: 30 days after its ship date it is on no bill, though one of its
-- carrier with labels of that day, or of earlier and later ones, is loaded. Lists of adjustments say nothing of the
-- labels that are not on them.
with lines as (

    select * from {{ ref('int_bill_lines_classed') }}
    where is_of_label

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

spans as (

    select
        bill_id,
        carrier_code,
        min(ship_date) as first_date,
        max(ship_date) as last_date
    from lines
    where not is_adjustments
    group by bill_id, carrier_code

),

unbilled as (

    select distinct labels.shipment_id
    from labels
    inner join spans
        on labels.carrier_code = spans.carrier_code and labels.ship_date between spans.first_date and spans.last_date
    inner join build_context on labels.ship_date < build_context.today - 30
    where not labels.is_voided and labels.shipment_id not in (select lines.shipment_id from lines)

)

select * from unbilled
