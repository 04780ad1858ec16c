{#-
    The one parser of ShipStation's SKU text. Gives a struct:
        sku_key         the whole text in one spelling, as aliases are looked up: `17612-6`, `17612-250300`, `18795`
        sku_base        the text without its lot: `17612`
        lot_number      five or more digits after the last hyphen, else null
        is_well_formed  five digits, alone or followed by a hyphen and digits: a code we could know, if it is ours
    `17612-6` is a pack and no lot: a lot has at least five digits.
-#}
{% macro parse_sku_lot(text) -%}
    {%- set key = spelled(text) -%}
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
    {%- set key = spelled(text) -%}
    coalesce(nullif(regexp_extract({{ key }}, '([0-9]{5,})$', 1), ''), {{ key }})
{%- endmacro %}

{#- A text in one spelling: what prints nothing is left out, spaces of any kind are one, around a hyphen none. -#}
{% macro spelled(text) -%}
    {%- set printed = "regexp_replace(" ~ text ~ ", '[" ~ invisible_characters() ~ "]+', '', 'g')" -%}
    {%- set spaced = "trim(regexp_replace(" ~ printed ~ ", '[" ~ space_characters() ~ "]+', ' ', 'g'))" -%}
    nullif(upper(regexp_replace({{ spaced }}, ' ?[{{ dashes() }}] ?', '-', 'g')), '')
{%- endmacro %}

{#- Characters that print nothing: zero width, direction marks, soft hyphen, byte order mark, controls, variants. -#}
{% macro invisible_characters() -%}
    \p{Cf}\x00-\x08\x0E-\x1B\x7F-\x{84}\x{86}-\x{9F}\x{034F}\x{180B}-\x{180F}\x{FE00}-\x{FE0F}
{%- endmacro %}

{#- Characters that print as space; Hangul fillers and the empty Braille pattern, too. -#}
{% macro space_characters() -%}
    \s\x0B\x1C-\x1F\x{85}\p{Z}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}
{%- endmacro %}

{#- A text as an exception shows it: a character that nobody sees, or takes for a space, by its number: `<U+200B>`. -#}
{% macro visible_text(text) -%}
    array_to_string(list_transform(
        string_split({{ text }}, ''),
        lambda letter: if(
            letter <> ' ' and regexp_full_match(letter, '[{{ invisible_characters() }}{{ space_characters() }}]'),
            printf('<U+%04X>', unicode(letter)), letter
        )
    ), '')
{%- endmacro %}
