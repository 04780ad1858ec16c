{{ config(post_hook='{{ check_rate_card() }}') }}
-- One row per kind of charge and validity period.
with source as (

    select * from {{ ref('rate_card') }}

),

rate_card as (

    select
        charge_type,
        rate_cents,
        valid_from as valid_from_date,
        coalesce(valid_to, date '9999-12-31') as valid_to_date
    from source

)

select * from rate_card
