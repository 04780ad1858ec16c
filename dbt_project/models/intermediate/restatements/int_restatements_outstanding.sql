{{ config(materialized='view') }}
-- One row per change of a closed month that is not billed yet: the whole difference minus what closed months have
-- billed of it, in the first later month that is still open.
{%- set differences = restated_differences() %}
with closed as (

    select * from {{ ref('int_months_closed') }}

),

found as (

    {% for entity in ['details', 'stock', 'rates', 'bills'] -%}
    select
        0 as age,
        *
    from {{ ref('int_' ~ entity ~ '_restated') }}
    union all by name
    {% endfor -%}
    select
        date '9999-12-31' - month as age,
        line_key as restatement_key,
        {% for difference in differences -%}
        -{{ difference }} as {{ difference }},
        {% endfor -%}
        restated_date,
        shipstation_order_id,
        order_number,
        shipment_id,
        entry_id,
        sku_codes,
        'taken back: ' || cause as cause
    from {{ ref('stg_frozen__lines') }}
    where line_kind = 'restatement'

),

outstanding as (

    select
        restatement_key,
        split_part(restatement_key, '|', 1) as restatement_kind,
        {% for difference in differences -%}
        cast(coalesce(sum({{ difference }}), 0) as bigint) as {{ difference }},
        {% endfor -%}
        arg_min(restated_date, age) as restated_date,
        arg_min(shipstation_order_id, age) as shipstation_order_id,
        arg_min(order_number, age) as order_number,
        arg_min(shipment_id, age) as shipment_id,
        arg_min(entry_id, age) as entry_id,
        arg_min(sku_codes, age) as sku_codes,
        arg_min(cause, age) as cause
    from found
    where (select not coalesce(bool_or(details.is_missing), false) from {{ ref('int_details_billed') }} as details)
    group by restatement_key

),

open_months as (

    select
        closed.month,
        min(later.month + interval 1 month) as billed_month
    from closed
    inner join closed as later on closed.month <= later.month
    where later.month + interval 1 month not in (select months.month from closed as months)
    group by closed.month

),

billed as (

    select
        outstanding.*,
        cast(open_months.billed_month as date) as billed_month
    from outstanding
    inner join open_months on {{ month_of('outstanding.restated_date') }} = open_months.month
    where greatest(
        {% for difference in differences -%}
        abs(outstanding.{{ difference }}){{ ',' if not loop.last }}
        {% endfor %}
    ) > 0

)

select * from billed
