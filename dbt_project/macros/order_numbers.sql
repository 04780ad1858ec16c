{#- Order number without surrounding spaces and invisible characters of any kind. -#}
{% macro trimmed_number(text) -%}
    {%- set around = ' \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008'
        ~ '\u2009\u200a\u2028\u2029\u202f\u205f\u3000\xad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff' -%}
    nullif(trim({{ text }}, '{{ around }}'), '')
{%- endmacro %}

{#- Matches orders that share a number faster than the text does; null if there is no number. -#}
{% macro hash_of_number(order_number) -%}
    if({{ trimmed_number(order_number) }} is null, null, hash({{ trimmed_number(order_number) }}))
{%- endmacro %}

{#-
    Distinguishes customers without an id. An e-mail address masked by a marketplace is not used; null if the personal
    data were redacted.
-#}
{% macro hash_of_customer(doc) -%}
    if(payload_hash like '%:%', null, md5(lower(trim(coalesce(
        if({{ doc }}.customeremail like '%@%', {{ doc }}.customeremail, null),
        nullif({{ doc }}.customerusername, ''), {{ doc }}.shipto.name
    )))))
{%- endmacro %}

{#- Whether a number is in the range of manual orders. -#}
{% macro is_manual_number(order_number) -%}
    regexp_full_match({{ order_number }}, '10[0-9]{4}')
{%- endmacro %}
