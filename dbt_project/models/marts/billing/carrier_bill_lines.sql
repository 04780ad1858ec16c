{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_classes_if_changed() }}') }}
-- One row per line of a carrier's bill, with the label it is for and its class. `label_cost_cents` is on each line of a
-- label: add up `amount_cents` and `difference_cents` only.
select
    line_key,
    bill_id,
    line_number,
    carrier_code,
    invoice_number,
    invoice_date,
    charged_date,
    tracking_number,
    reference,
    charge_kind,
    charge_description,
    line_class,
    adjustment_reason,
    amount_cents,
    difference_cents,
    dispute_cents,
    shipment_id,
    matched_by,
    shipstation_order_id,
    order_number,
    ship_date,
    label_cost_cents,
    label_ounces,
    billed_ounces,
    label_dimensions,
    billed_dimensions
from {{ ref('int_bill_lines_classed') }}
where exists (select changed.is_changed from {{ ref('int_bills_changed') }} as changed)
