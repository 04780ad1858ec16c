{#- Columns that are the same in two files if they have the same line of a carrier. -#}
{% macro identity_of_bill_line() -%}
    {{ return([
        'bill_format', 'billed_carrier_code', 'invoice_number', 'transaction_id', 'charged_date', 'tracking_number',
        'reference', 'charge_kind', 'charge_description', 'amount_cents'
    ]) }}
{%- endmacro %}

{#- Whether differences between carriers' bills and labels of closed months are restated. -#}
{% macro restates_carrier_bills() -%}
    {{ return((var('restate_carrier_bills', '') or env_var('SHIPLEDGER_RESTATE_CARRIER_BILLS', '0')) | string == '1') }}
{%- endmacro %}

{#- Why a charge is more than the label cost. Reads the columns of a line and of its label. -#}
{% macro reason_of_adjustment() -%}
    case
        when charge_kind in ('weight', 'dimensions', 'surcharge') then charge_kind
        when charge_kind in ('fuel', 'insurance', 'tax') then 'surcharge'
        -- Carriers bill whole pounds.
        when billed_ounces > ceil(label_ounces / 16) * 16 then 'weight'
        when billed_dimensions is not null and billed_dimensions is distinct from label_dimensions then 'dimensions'
        else 'other'
    end
{%- endmacro %}
