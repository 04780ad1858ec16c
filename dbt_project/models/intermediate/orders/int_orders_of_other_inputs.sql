-- One row for each order that was built from other names or variables than those of now, or of which the former system
-- says something else than it did: none, but after such a change.
{%- set finished = finished_builds() %}
with inputs as (

    select * from {{ ref('int_build_inputs') }}

),

last_build as (

    {% if finished -%}
    select
        arg_max(reference_hash, build_number) as reference_hash,
        arg_max(former_hash, build_number) as former_hash
    from {{ finished }}
    {%- else -%}
    select
        null as reference_hash,
        null as former_hash
    {%- endif %}

),

compared as (

    select
        coalesce(inputs.reference_hash <> last_build.reference_hash, true) as has_other_reference,
        coalesce(inputs.former_hash <> last_build.former_hash, true) as has_other_former
    from inputs
    cross join last_build

),

other_inputs as (

    select distinct ever_named.shipstation_order_id
    from {{ ref('int_orders_ever_named') }} as ever_named
    cross join compared
    where compared.has_other_reference or (compared.has_other_former and ever_named.row_kind = 'former')

)

select * from other_inputs
