{#-
    Parser for ShipStation's SKU texts. Returns a struct:
        sku_key         the normalized text, for the lookup of aliases: `17612-6`, `17612-250300`, `18795`
        sku_base        the text without its lot: `17612`
        lot_number      five or more digits after the last hyphen, else null
        is_well_formed  five digits, alone or followed by a hyphen and digits: possibly one of our codes
    `17612-6` is a pack, not a lot: a lot has at least five digits.
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

{#-
    Every character with Unicode's property Dash: the punctuation, four other signs, and one that DuckDB does not know
    yet.
-#}
{% macro dashes() -%}
    \p{Pd}\x{2053}\x{207B}\x{208B}\x{2212}\x{10D6E}
{%- endmacro %}

{#- Parses a lot that an operator typed: the number alone, or the SKU text with it. -#}
{% macro parse_lot(text) -%}
    {%- set key = spelled(text) -%}
    coalesce(nullif(regexp_extract({{ key }}, '([0-9]{5,})$', 1), ''), {{ key }})
{%- endmacro %}

{#-
    Normalizes a text: removes invisible characters, collapses spaces of any kind, and removes spaces around hyphens.
-#}
{% macro spelled(text) -%}
    {%- set printed = "regexp_replace(" ~ text ~ ", '[" ~ invisible_characters() ~ "]+', '', 'g')" -%}
    {%- set spaced = "trim(regexp_replace(" ~ printed ~ ", '[" ~ space_characters() ~ "]+', ' ', 'g'))" -%}
    nullif(upper(regexp_replace({{ spaced }}, ' ?[{{ dashes() }}] ?', '-', 'g')), '')
{%- endmacro %}

{#- Invisible characters: zero width, direction marks, soft hyphen, byte order mark, controls, variants. -#}
{% macro invisible_characters() -%}
    \p{Cf}\x00-\x08\x0E-\x1B\x7F-\x{84}\x{86}-\x{9F}\x{034F}\x{180B}-\x{180F}\x{FE00}-\x{FE0F}
{%- endmacro %}

{#- Characters that print as a space, including Hangul fillers and the empty Braille pattern. -#}
{% macro space_characters() -%}
    \s\x0B\x1C-\x1F\x{85}\p{Z}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}
{%- endmacro %}

{#- Text for an exception, with invisible characters and unusual spaces by code point: `<U+200B>`. -#}
{% macro visible_text(text) -%}
    array_to_string(list_transform(
        string_split({{ text }}, ''),
        lambda letter: if(
            letter <> ' ' and regexp_full_match(letter, '[{{ invisible_characters() }}{{ space_characters() }}]'),
            printf('<U+%04X>', unicode(letter)), letter
        )
    ), '')
{%- endmacro %}
