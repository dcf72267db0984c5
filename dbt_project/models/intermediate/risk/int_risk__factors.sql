-- one row per scored pair, as_of date and risk factor: what it contributes to the score
{{ config(materialized='scratch_table', unlogged=true) }}

with shares as (
    select * from {{ ref('int_risk__normalized_weights') }}
),

-- In hundredths of a point. The decimals cut off are noise of divisions: equal remainders shall tie.
exact as (
    select
        *,
        round(100 * score_share * coalesce(severity, 0), 10) as hundredths
    from shares
),

ranked as (
    select
        *,
        floor(hundredths) as whole_hundredths,
        round(sum(hundredths) over one_score) - sum(floor(hundredths)) over one_score as missing_hundredths,
        row_number() over (
            partition by coach_id, client_id, as_of_date order by hundredths - floor(hundredths) desc, position asc
        ) as place
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
        -- the largest remainders are rounded up, so that the parts shown sum to the score shown
        ((whole_hundredths + (place <= missing_hundredths)::integer) / 100)::numeric(5, 2) as contribution,
        trim_scale(round(value, decimals)) as value,
        warning_threshold,
        critical_threshold,
        weight,
        round(score_share, 2) as largest_contribution,
        round(severity, 4) as severity,
        has_evidence,
        description
    from ranked
)

select * from final
