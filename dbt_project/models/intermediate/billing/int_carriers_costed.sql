{{ config(materialized='view') }}
-- One row per month, carrier and service of labels that carriers billed: what they cost more or less than the postage
-- of the month. The postage of a closed month stays as it was billed, so there the difference is to that.
with labels as (

    select * from {{ ref('int_labels_costed') }}

),

-- What labels cost more or less now than when their month was closed.
changed as (

    select
        shipment_id,
        sum(postage_cents - billed_postage_cents) as postage_cents
    from {{ ref('int_details_billed') }}
    where
        shipment_id in (select if(labels.bill_state = 'billed', labels.shipment_id, null) from labels)
        and billed_postage_cents is not null and not is_missing
    group by shipment_id

),

closed as (

    select month from {{ ref('int_months_closed') }}

),

costed as (

    select
        {{ month_of('labels.ship_date') }} as charge_month,
        coalesce(labels.carrier_code, 'unknown') as carrier_code,
        coalesce(labels.service_code, 'unknown') as service_code,
        count(*) filter (where labels.bill_state = 'billed') as billed_label_count,
        charge_month in (select closed.month from closed) as is_closed,
        sum(labels.difference_cents + coalesce(changed.postage_cents, 0)) as difference_cents
    from labels
    left join changed on labels.shipment_id = changed.shipment_id
    group by all

)

select * from costed
