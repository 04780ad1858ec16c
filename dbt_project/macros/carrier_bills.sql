{#- Whether differences between carriers' bills and labels of closed months are restated. -#}
{% macro restates_carrier_bills() -%}
    {%- set given = var('restate_carrier_bills', none) -%}
    {%- if given is none -%}
        {%- set given = env_var('SHIPLEDGER_RESTATE_CARRIER_BILLS', '0') -%}
    {%- endif -%}
    {{ return((given | string | lower) in ('1', 'true')) }}
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

{#- A tracking number as bills have it: in capitals and without blanks. -#}
{% macro printed_number(column) -%}
    replace(upper({{ column }}), ' ', '')
{%- endmacro %}

{#- Condition: a bill's carrier is the label's, or the one behind it: `ups` bills the labels of `ups_walleted` too. -#}
{% macro carrier_fits(label_carrier, billed_carrier) -%}
    ({{ billed_carrier }} is null or {{ label_carrier }} = {{ billed_carrier }}
    or starts_with({{ label_carrier }}, {{ billed_carrier }} || '_'))
{%- endmacro %}

{#- How many labels of a group fit, and the label if it is one: void ones count only if there is no other. -#}
{% macro only_label() -%}
    coalesce(nullif(count(*) filter (where not labels.is_voided), 0), count(*)) as label_count,
    if(
        label_count = 1,
        coalesce(min(labels.shipment_id) filter (where not labels.is_voided), min(labels.shipment_id)), null
    ) as shipment_id
{%- endmacro %}

{#- Condition: the line is a base charge, so its bill has all that the carrier charged for the parcel. -#}
{% macro is_whole_charge(lines='') -%}
    ({{ lines }}charge_kind = 'base' and {{ lines }}amount_cents > 0 and not {{ lines }}is_adjustments)
{%- endmacro %}

{#- Part of a line's amount that is beyond a limit, when the lines of its parcel are added up. -#}
{% macro part_beyond(limit) -%}
    greatest(lines.sum_so_far - ({{ limit }}), 0) - greatest(lines.sum_so_far - lines.amount_cents - ({{ limit }}), 0)
{%- endmacro %}

{#-
    Relation `int_bill_parcels_settled` of the last build; none before the first. What says whether it changes is
    upstream, and cannot `ref` it.
-#}
{% macro parcels_settled() -%}
    {{ return(adapter.get_relation(target.database, 'intermediate', 'int_bill_parcels_settled') if execute) }}
{%- endmacro %}

{#- Pre-hook: deletes the classes of all lines if one of them may have changed. -#}
{% macro forget_classes_if_changed() -%}
    {%- set changed = ref('int_bills_changed') -%}
    {% if is_incremental() -%}
    delete from {{ this }} where exists (from {{ changed }})
    {%- endif %}
{%- endmacro %}
