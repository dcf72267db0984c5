-- one row per score computed by this run or recorded directly after one: its change from the previous score
with computed as (
    select * from {{ ref('int_risk__scores') }}
),

adjacent_scores as (
    select * from {{ ref('int_risk__adjacent_scores') }}
),

parameters as (
    {{ parameters(ref('risk_parameters'), ['trend_points']) }}
),

timeline as (
    select
        coach_id,
        client_id,
        as_of_date,
        risk_score,
        true as is_computed
    from computed
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        risk_score,
        false as is_computed
    from adjacent_scores
),

with_previous as (
    select
        *,
        lag(risk_score) over (partition by coach_id, client_id order by as_of_date) as previous_risk_score
    from timeline
),

changes as (
    select
        *,
        risk_score - previous_risk_score as score_change
    from with_previous
),

final as (
    select
        changes.coach_id,
        changes.client_id,
        changes.as_of_date,
        changes.is_computed,
        changes.previous_risk_score::numeric(5, 2) as previous_risk_score,
        changes.score_change::numeric(5, 2) as score_change,
        case
            when changes.score_change > parameters.trend_points then 'worsening'
            when changes.score_change < -parameters.trend_points then 'improving'
            when changes.previous_risk_score is not null then 'stable'
        end::varchar(20) as trend
    from changes
    cross join parameters
    -- the score before the first computed date does not change
    where changes.is_computed or changes.previous_risk_score is not null
)

select * from final
