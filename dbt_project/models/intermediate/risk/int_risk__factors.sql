-- one row per scored pair, as_of date and risk factor: its contribution to the score
{{ config(materialized='scratch_table', unlogged=true) }}

with weights as (
    select * from {{ ref('int_risk__normalized_weights') }}
),

-- in hundredths of a point; rounded to 10 decimals, so that remainders that differ by division noise are equal
exact as (
    select
        *,
        round(100 * normalized_weight * coalesce(severity, 0), 10) as hundredths
    from weights
),

ranked as (
    select
        *,
        floor(hundredths) as whole_hundredths,
        round(sum(hundredths) over one_score) - sum(floor(hundredths)) over one_score as missing_hundredths,
        row_number() over (
            partition by coach_id, client_id, as_of_date order by hundredths - floor(hundredths) desc, position asc
        ) as remainder_rank
    from exact
    window one_score as (partition by coach_id, client_id, as_of_date)
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        position,
        -- largest remainder method: the rounded contributions sum to the rounded score
        ((whole_hundredths + (remainder_rank <= missing_hundredths)::integer) / 100)::numeric(5, 2)
            as contribution,
        trim_scale(round(value, decimals)) as value,
        warning_threshold,
        critical_threshold,
        weight,
        round(normalized_weight, 2) as largest_contribution,
        round(severity, 4) as severity,
        has_evidence,
        description
    from ranked
)

select * from final
