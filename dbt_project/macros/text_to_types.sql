{#- Converts text from the API to types. Nothing raises an error: unreadable text becomes null. -#}

{#-
    ShipStation prints US Pacific wall time without an offset. In the hour repeated in autumn, the second occurrence is
    used; the hour skipped in spring counts on.
-#}
{% macro pacific_to_utc(text) -%}
    case
        when try_cast({{ text }} as timestamp) between timestamp '1990-01-01' and timestamp '2199-12-31'
            then try_cast({{ text }} as timestamp) at time zone 'America/Los_Angeles'
    end
{%- endmacro %}

{#- Calendar day as printed; 0001-01-01 is an empty .NET date, 9999-12-31 a .NET date far ahead. -#}
{% macro printed_date(text) -%}
    case
        when try_cast(left({{ text }}, 10) as date) between date '1990-01-01' and date '9999-12-31'
            then try_cast(left({{ text }}, 10) as date)
    end
{%- endmacro %}

{% macro to_cents(text) -%}
    cast(round(try_cast({{ text }} as decimal(15, 4)) * 100) as bigint)
{%- endmacro %}

{#- Whole units of up to nine digits; null for anything else: an empty text, `1,200`, 2.5, NaN, true. -#}
{% macro to_quantity(text) -%}
    case
        when regexp_full_match({{ text }}, '\s*[+-]?[0-9]{1,9}(\.0*)?\s*')
            then cast(try_cast({{ text }} as decimal(15, 4)) as bigint)
    end
{%- endmacro %}

{#- Printed value for an exception: quoted, shortened, with invisible characters made visible. -#}
{% macro shown_value(text) -%}
    coalesce('"' || left({{ visible_text(text) }}, 60) || '"', 'null')
{%- endmacro %}

{#-
    Unreadable amounts of a payload (`doc`), each with its field and text. If the amount is added up (`is_counted`), a
    missing one is unreadable as well, because it would count as 0.
-#}
{% macro unreadable_amounts(fields, is_counted) -%}
    list_filter([
        {% for field in fields -%}
        {%- set text = 'doc.' ~ field | lower -%}
        case
            when {{ to_cents(text) }} is null {{ 'and ' ~ text ~ ' is not null' if not is_counted }}
                then struct_pack(field := '{{ field }}', shown := {{ shown_value(text) }})
        end{{ ',' if not loop.last }}
        {% endfor %}
    ], lambda amount: amount is not null)
{%- endmacro %}

{% macro is_true(text) -%}
    coalesce(lower({{ text }}) in ('true', '1'), false)
{%- endmacro %}

{#- Calendar day of an instant in the business time zone. -#}
{% macro business_date(instant, timezone) -%}
    cast({{ instant }} at time zone {{ timezone }} as date)
{%- endmacro %}

{% macro monday_of(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}
