{{ config(materialized='view') }}
-- One row per line of a carrier bill, with what its label was charged up to it. The charges of each label come first,
-- the usual ones before the others.
with described as (

    select * from {{ ref('int_bill_lines_described') }}

),

placed as (

    select
        *,
        row_number() over (
            partition by is_of_label, shipment_id
            order by
                not is_charge,
                list_position(
                    ['base', 'fuel', 'insurance', 'tax', 'other', 'surcharge', 'dimensions', 'weight'], charge_kind
                ),
                charged_date,
                imported_at,
                line_number,
                line_key
        ) as place,
        sum(if(is_charge, amount_cents, 0)) over (partition by is_of_label, shipment_id) as charged_in_all,
        count(*) filter (where is_charge) over (partition by is_of_label, shipment_id) as charge_count
    from described

),

charged as (

    select
        *,
        sum(if(is_charge, amount_cents, 0)) over (
            partition by is_of_label, shipment_id order by place rows unbounded preceding
        ) as charged_so_far
    from placed

)

select * from charged
