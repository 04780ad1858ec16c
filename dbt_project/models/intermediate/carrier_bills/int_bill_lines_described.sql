-- One row per line of a carrier bill, with its label and the parcel whose settlement it counts in; none if nothing
-- changed that a class depends on. `is_wrong`: a charge that should not be there at all, of a void label, of nobody's
-- parcel, or of what was charged before.
with matched as (

    select * from {{ ref('int_bill_lines_matched') }}

),

labels as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

joined as (

    select
        matched.* exclude (is_loaded_before),
        coalesce(matched.billed_carrier_code, labels.carrier_code) as carrier_code,
        labels.shipstation_order_id,
        labels.order_number,
        labels.ship_date,
        labels.weight_ounces as label_ounces,
        labels.dimensions as label_dimensions,
        if(labels.is_voided, 0, labels.shipment_cost_cents) as label_cost_cents,
        if(labels.is_voided, 0, labels.insurance_cost_cents) as insurance_cost_cents,
        coalesce(labels.is_voided, false) as is_voided,
        -- An adjustment may be in the carrier's file as well as in ShipStation's list.
        matched.is_loaded_before or (
            matched.is_adjustments and matched.shipment_id is not null
            and count(*) filter (where not matched.is_loaded_before and matched.is_adjustments) over (
                same_amount rows unbounded preceding
            ) <= count(*) filter (
                where not matched.is_loaded_before and not matched.is_adjustments and matched.charge_kind <> 'base'
            ) over (partition by matched.shipment_id, matched.amount_cents)
            and bool_or({{ is_whole_charge('matched.') }}) over (partition by matched.shipment_id)
        ) as is_loaded_before
    from matched
    left join labels on matched.shipment_id = labels.shipment_id
    window same_amount as (
        partition by matched.shipment_id, matched.amount_cents order by matched.imported_at, matched.line_key
    )

),

counted as (

    select
        *,
        case
            when is_loaded_before or charge_kind = 'payment' then null
            when shipment_id is not null then cast(shipment_id as varchar)
            when label_count = 0 then 'not ours ' || coalesce(tracking_number, lead_number, reference)
        end as parcel_key
    from joined

),

described as (

    select
        *,
        parcel_key is not null and amount_cents > 0 and (
            shipment_id is null or is_voided
            or row_number() over (
                partition by parcel_key, tracking_number, charge_kind, charge_description, amount_cents
                order by charged_date, imported_at, line_number, line_key
            ) > 1
        ) as is_wrong
    from counted

)

select * from described
