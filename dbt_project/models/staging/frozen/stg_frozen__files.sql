-- One row for each file of lines of a closed month, or that pretends to be one.
with source as (

    select
        *,
        parse_filename(filename, true) as file_name
    from {{ source('frozen', 'files') }}

),

files as (

    select
        ---------- text
        file_name as month_name,
        sha256(content) as file_hash
    from source
    where file_name <> 'columns'

)

select * from files
