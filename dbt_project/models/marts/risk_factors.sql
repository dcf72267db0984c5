-- one row per risk score and factor: risk_scores.factors as rows
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
        factors.factor_type,
        elements.position::integer as position,
        factors.contribution,
        -- days since a session with a wrong date exceed the type
        ({{ cap('factors.value', '99999.9999') }})::numeric(9, 4) as value,
        factors.threshold,
        factors.critical_threshold,
        factors.weight,
        factors.largest_contribution,
        factors.severity,
        factors.has_evidence,
        factors.description,
        scores.model_version
    from scores
    -- the only place that reads the JSON: factors are recorded with their score and cannot differ from it
    cross join jsonb_array_elements(scores.factors) with ordinality as elements (factor, position)
    cross join
        jsonb_to_record(elements.factor) as factors (
            factor_type text,
            contribution numeric(5, 2),
            value numeric,
            threshold numeric(9, 4),
            critical_threshold numeric(9, 4),
            weight numeric(5, 2),
            largest_contribution numeric(5, 2),
            severity numeric(5, 4),
            has_evidence boolean,
            description text
        )
)

select * from final
