-- one row per active pair, as_of date and risk factor: the parts of each score
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with scores as (
    select * from {{ ref('risk_scores') }}
),

final as (
    select
        scores.id as risk_score_id,
        scores.coach_id,
        scores.client_id,
        scores.as_of_date,
        factors.factor ->> 'factor_type' as factor_type,
        factors.position::integer as position,
        (factors.factor ->> 'contribution')::numeric(5, 2) as contribution,
        (factors.factor ->> 'value')::numeric(9, 4) as value,
        (factors.factor ->> 'threshold')::numeric(9, 4) as threshold,
        (factors.factor ->> 'critical_threshold')::numeric(9, 4) as critical_threshold,
        (factors.factor ->> 'weight')::numeric(5, 2) as weight,
        (factors.factor ->> 'largest_contribution')::numeric(5, 2) as largest_contribution,
        (factors.factor ->> 'severity')::numeric(5, 4) as severity,
        (factors.factor ->> 'has_evidence')::boolean as has_evidence,
        factors.factor ->> 'description' as description,
        scores.model_version
    from scores
    cross join jsonb_array_elements(scores.factors) with ordinality as factors (factor, position)
)

select * from final
