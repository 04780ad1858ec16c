{#-
    The one parser of ShipStation's SKU text. Gives a struct:
        sku_key         the whole text in one spelling, as aliases are looked up: `17612-6`, `17612-250300`, `18795`
        sku_base        the text without its lot: `17612`
        lot_number      five or more digits after the last hyphen, else null
        is_well_formed  five digits, alone or followed by a hyphen and digits: a code we could know, if it is ours
    `17612-6` is a pack and no lot: a lot has at least five digits.
-#}
{% macro parse_sku_lot(text) -%}
    {%- set key -%}
    nullif(upper(regexp_replace(trim(regexp_replace({{ text }}, '[\s\p{Z}]+', ' ', 'g')), ' ?[{{ dashes() }}] ?', '-', 'g')), '')
    {%- endset -%}
    struct_pack(
        sku_key := {{ key }},
        sku_base := regexp_replace({{ key }}, '-[0-9]{5,}$', ''),
        lot_number := nullif(regexp_extract({{ key }}, '^.+-([0-9]{5,})$', 1), ''),
        is_well_formed := coalesce(regexp_full_match({{ key }}, '[0-9]{5}(-[0-9]+)*'), false)
    )
{%- endmacro %}

{#- Every character with Unicode's property Dash: the punctuation, four signs beside it, and one that DuckDB does not know yet. -#}
{% macro dashes() -%}
    \p{Pd}\x{2053}\x{207B}\x{208B}\x{2212}\x{10D6E}
{%- endmacro %}

{#- A lot as an operator types it: the number alone, or the whole SKU text with it. -#}
{% macro parse_lot(text) -%}
    coalesce(nullif(regexp_extract({{ text }}, '([0-9]{5,})\s*$', 1), ''), nullif(upper(trim({{ text }})), ''))
{%- endmacro %}
