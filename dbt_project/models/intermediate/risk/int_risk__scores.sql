-- one row per scored pair and as_of date: score, level, factors, recommended action
{{ config(
    materialized='scratch_table', unlogged=true,
    indexes=[{'columns': ['coach_id', 'client_id', 'as_of_date'], 'unique': true}]
) }}

with factors as (
    select * from {{ ref('int_risk__factors') }}
),

features as (
    select * from {{ ref('int_risk__features') }}
),

levels as (
    select * from {{ ref('risk_levels') }}
),

actions as (
    select * from {{ ref('recommended_actions') }}
),

summed as (
    select
        coach_id,
        client_id,
        as_of_date,
        sum(contribution) as risk_score,
        array_agg(factor_type order by contribution desc, position asc) filter (where contribution > 0)
            as by_contribution,
        jsonb_agg(
            jsonb_build_object(
                'factor_type', factor_type,
                'contribution', contribution,
                'value', value,
                'threshold', trim_scale(warning_threshold),
                'description', description,
                'weight', weight,
                'severity', trim_scale(severity),
                'critical_threshold', trim_scale(critical_threshold),
                'has_evidence', has_evidence,
                'largest_contribution', largest_contribution
            ) order by position
        ) as factors
    from factors
    group by coach_id, client_id, as_of_date
),

final as (
    select
        summed.coach_id,
        summed.client_id,
        summed.as_of_date,
        summed.risk_score,
        levels.risk_level,
        levels.rank as risk_level_rank,
        levels.is_at_risk,
        levels.is_urgent,
        summed.factors,
        summed.by_contribution[1] as top_factor,
        coalesce(first_action.action, second_action.action, levels.default_action) as recommended_action,
        features.last_session_date,
        features.days_since_last_session
    from summed
    inner join features
        on
            summed.coach_id = features.coach_id
            and summed.client_id = features.client_id
            and summed.as_of_date = features.as_of_date
    inner join levels
        on
            summed.risk_score > coalesce(levels.above_score, -1)
            and summed.risk_score <= coalesce(levels.up_to_score, 100)
    left join actions as first_action
        on summed.by_contribution[1] = first_action.factor_type and levels.risk_level = first_action.risk_level
    left join actions as second_action
        on summed.by_contribution[2] = second_action.factor_type and levels.risk_level = second_action.risk_level
)

select * from final
