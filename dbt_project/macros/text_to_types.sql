{#- Text from the API, made into types. Nothing here raises: what cannot be read becomes null. -#}

{#- ShipStation prints US Pacific wall time without an offset. Of the hour the autumn clock repeats, the second is meant; the hour spring skips counts on. -#}
{% macro pacific_to_utc(text) -%}
    case
        when try_cast({{ text }} as timestamp) between timestamp '1990-01-01' and timestamp '2199-12-31'
            then try_cast({{ text }} as timestamp) at time zone 'America/Los_Angeles'
    end
{%- endmacro %}

{#- A calendar day as printed; 0001-01-01 is how an empty .NET date prints. -#}
{% macro printed_date(text) -%}
    case
        when try_cast(left({{ text }}, 10) as date) between date '1990-01-01' and date '2199-12-31'
            then try_cast(left({{ text }}, 10) as date)
    end
{%- endmacro %}

{% macro to_cents(text) -%}
    cast(round(try_cast({{ text }} as decimal(15, 4)) * 100) as bigint)
{%- endmacro %}

{% macro to_quantity(text) -%}
    cast(round(try_cast({{ text }} as decimal(15, 4))) as bigint)
{%- endmacro %}

{% macro is_true(text) -%}
    coalesce(lower({{ text }}) in ('true', '1'), false)
{%- endmacro %}

{#- The day an instant falls on in the business's time zone. -#}
{% macro business_date(instant, timezone) -%}
    cast({{ instant }} at time zone {{ timezone }} as date)
{%- endmacro %}

{% macro monday_of(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}
