-- Months are the sums of their carriers, their restatements and their invoice lines. If this fails, two pages of the
-- same invoice contradict each other, and it is unclear which is right.
with months as (

    select {{ sums_of(['postage_cents', 'package_count', 'total_cents', 'restatement_cents']) }}
    from {{ ref('charge_report_monthly') }}

),

lines as (

    select {{ sums_of(['amount_cents']) }} from {{ ref('charge_report_lines') }}

),

restatements as (

    select {{ sums_of(['total_cents']) }} from {{ ref('charge_restatements') }}

),

carriers as (

    select {{ sums_of(['postage_cents', 'package_count']) }}
    from {{ ref('charge_report_carriers') }}

)

select
    months.postage_cents,
    carriers.postage_cents as postage_cents_of_carriers,
    months.package_count,
    carriers.package_count as package_count_of_carriers,
    months.restatement_cents,
    restatements.total_cents as cents_of_restatements,
    months.total_cents,
    lines.amount_cents as total_cents_of_lines
from months
cross join lines
cross join restatements
cross join carriers
where
    months.postage_cents <> carriers.postage_cents
    or months.package_count <> carriers.package_count
    or months.restatement_cents <> restatements.total_cents
    or months.total_cents <> lines.amount_cents
