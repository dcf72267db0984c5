-- one row per active pair, as_of date and risk factor: the parts of each score
{{ config(materialized='live_view', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with scores as (
    select * from {{ ref('risk_scores') }}
),

final as (
    select
        scores.id as risk_score_id,
        scores.coach_id,
        scores.client_id,
        scores.as_of_date,
        factors.factor_type,
        factors.position::integer as position,
        factors.contribution::numeric(5, 2) as contribution,
        factors.value::numeric(9, 4) as value,
        factors.threshold::numeric(9, 4) as threshold,
        factors.critical_threshold::numeric(9, 4) as critical_threshold,
        factors.weight::numeric(5, 2) as weight,
        factors.largest_contribution::numeric(5, 2) as largest_contribution,
        factors.severity::numeric(5, 4) as severity,
        factors.has_evidence,
        factors.description,
        scores.model_version
    from scores
    cross join lateral rows from (
        jsonb_to_recordset(scores.factors) as (
            factor_type text, contribution numeric, value numeric, threshold numeric, critical_threshold numeric,
            weight numeric, largest_contribution numeric, severity numeric, has_evidence boolean, description text
        )
    ) with ordinality as factors (
        factor_type, contribution, value, threshold, critical_threshold,
        weight, largest_contribution, severity, has_evidence, description, position
    )
)

select * from final
