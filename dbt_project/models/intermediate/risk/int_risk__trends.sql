-- one row per score whose predecessor this run may change: the computed ones, and the recorded ones after them
with computed as (
    select * from {{ ref('int_risk__scores') }}
),

neighbours as (
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
    from neighbours
),

in_order as (
    select
        *,
        lag(risk_score) over (partition by coach_id, client_id order by as_of_date) as previous_risk_score
    from timeline
),

final as (
    select
        in_order.coach_id,
        in_order.client_id,
        in_order.as_of_date,
        in_order.is_computed,
        in_order.previous_risk_score::numeric(5, 2) as previous_risk_score,
        (in_order.risk_score - in_order.previous_risk_score)::numeric(5, 2) as score_change,
        case
            when in_order.risk_score - in_order.previous_risk_score > parameters.trend_points then 'worsening'
            when in_order.risk_score - in_order.previous_risk_score < -parameters.trend_points then 'improving'
            when in_order.previous_risk_score is not null then 'stable'
        end::varchar(20) as trend
    from in_order
    cross join parameters
    -- of the one before the first computed date nothing changes
    where in_order.is_computed or in_order.previous_risk_score is not null
)

select * from final
