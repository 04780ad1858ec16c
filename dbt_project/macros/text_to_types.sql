{#- Text from the API, made into types. Nothing here raises: what cannot be read becomes null. -#}

{#- ShipStation prints US Pacific wall time without an offset. Of the hour the autumn clock repeats, the second is meant; the hour spring skips counts on. -#}
{% macro pacific_to_utc(text) -%}
    case
        when try_cast({{ text }} as timestamp) between timestamp '1990-01-01' and timestamp '2199-12-31'
            then try_cast({{ text }} as timestamp) at time zone 'America/Los_Angeles'
    end
{%- endmacro %}

{#- A calendar day as printed; 0001-01-01 is how an empty .NET date prints, 9999-12-31 is one of a day far ahead. -#}
{% macro printed_date(text) -%}
    case
        when try_cast(left({{ text }}, 10) as date) between date '1990-01-01' and date '9999-12-31'
            then try_cast(left({{ text }}, 10) as date)
    end
{%- endmacro %}

{% macro to_cents(text) -%}
    cast(round(try_cast({{ text }} as decimal(15, 4)) * 100) as bigint)
{%- endmacro %}

{#- Whole units of nine digits at most; nothing for what is none: an empty text, `1,200`, 2.5, NaN, true. -#}
{% macro to_quantity(text) -%}
    case
        when regexp_full_match({{ text }}, '\s*[+-]?[0-9]{1,9}(\.0*)?\s*')
            then cast(try_cast({{ text }} as decimal(15, 4)) as bigint)
    end
{%- endmacro %}

{#- A printed value as an exception shows it: quoted, of a length that can be read, what prints nothing made visible. -#}
{% macro shown_value(text) -%}
    coalesce('"' || left({{ visible_text(text) }}, 60) || '"', 'null')
{%- endmacro %}

{#-
    The amounts of a payload (`doc`) that cannot be read, each with its field and its text. Where a 0 would be counted for
    it (`is_counted`), none at all is one that cannot be read.
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

{#- The day an instant falls on in the business's time zone. -#}
{% macro business_date(instant, timezone) -%}
    cast({{ instant }} at time zone {{ timezone }} as date)
{%- endmacro %}

{% macro monday_of(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}
