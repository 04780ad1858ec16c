{{ config(materialized='view') }}
-- One row per label that its carrier never billed: it is not void, older than 30 days, and its bill is loaded, because
-- one with base charges of earlier and later labels of its account is. Carriers often bill return labels only if they
-- are used.
with lines as (

    select * from {{ ref('int_bill_lines_classed') }}
    where parcel_key is not null and shipment_id is not null

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

spans as (

    select
        lines.bill_id,
        labels.carrier_code,
        labels.carrier_account_id,
        min(labels.ship_date) as first_date,
        max(labels.ship_date) as last_date
    from labels
    inner join lines on labels.shipment_id = lines.shipment_id
    where {{ is_whole_charge('lines.') }}
    group by all

),

unbilled as (

    select distinct labels.shipment_id
    from labels
    inner join spans
        on
            labels.carrier_code = spans.carrier_code
            and labels.carrier_account_id is not distinct from spans.carrier_account_id
            and labels.ship_date between spans.first_date and spans.last_date
    inner join build_context on labels.ship_date < build_context.today - 30
    where
        not labels.is_voided
        and not labels.is_return_label
        and labels.shipment_id not in (select lines.shipment_id from lines)

)

select * from unbilled
