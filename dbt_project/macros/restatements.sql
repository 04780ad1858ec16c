{#- Difference columns of a restatement. -#}
{% macro restated_differences() -%}
    {{ return([
        'order_count', 'package_count', 'unit_count', 'pallet_count', 'order_charge_cents', 'handling_charge_cents',
        'storage_charge_cents', 'postage_cents'
    ]) }}
{%- endmacro %}

{#- Names a label by its id, an order shipped without a label by its number. -#}
{% macro name_of_departure(shipment_id, order_number) -%}
    coalesce('label ' || {{ shipment_id }}, 'order ' || coalesce({{ order_number }}, 'without a number'))
{%- endmacro %}

{#- `17612:5 17904:1` without the quantities. -#}
{% macro skus_of(units_by_sku) -%}
    regexp_replace({{ units_by_sku }}, ':-?[0-9]+', '', 'g')
{%- endmacro %}

{% macro as_dollars(cents) -%}
    printf('%.2f', {{ cents }} / 100.0)
{%- endmacro %}

{#- Why a departure of a closed month differs from its bill. Reads the CTEs of `int_details_restated`. -#}
{% macro cause_of_restatement() -%}
    case
        when
            (details.billed_order_count, details.billed_package_count, details.billed_unit_count) = (0, 0, 0)
            and details.billed_postage_cents = 0
            then coalesce(
                details.what || ' was billed on ' || billed_before.ship_date || ', and is dated '
                || details.ship_date || ' now',
                if(
                    details.ship_date >= closed_ahead.closed_on,
                    details.what || ' left on ' || details.ship_date || ', when the month was closed already',
                    'late shipment: ' || details.what || ' was not known at the close'
                )
            )
        when labels.is_voided then details.what || ' voided'
        when coalesce(labels.ship_date, standing.ship_date) <> details.ship_date
            then details.what || ' is dated ' || coalesce(labels.ship_date, standing.ship_date) || ' now'
        when
            (details.order_count, details.package_count, details.unit_count, details.postage_cents) = (0, 0, 0, 0)
            then details.what || ' does not count as shipped any more'
        when details.postage_cents <> details.billed_postage_cents
            then 'postage of ' || details.what || ' changed from ' || {{ as_dollars('details.billed_postage_cents') }}
                || ' to ' || {{ as_dollars('details.postage_cents') }}
        when coalesce(details.units_by_sku, '') <> coalesce(details.billed_units_by_sku, '')
            then 'goods of ' || details.what || ' changed from ' || coalesce(details.billed_units_by_sku, 'none')
                || ' to ' || coalesce(details.units_by_sku, 'none')
        else 'order ' || coalesce(details.order_number, '') || ' was first shipped on another day'
    end
{%- endmacro %}
