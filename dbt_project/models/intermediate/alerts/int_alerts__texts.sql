-- one row per alert that needs a text: title and message, by the day on which it became as severe as it is
{# A recorded text stays, unless the alert grew more severe or that day has just been scored again. #}
with reconciled as (
    select * from {{ ref('int_alerts__reconciled') }}
    where is_borne_out
),

recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'id': 'uuid', 'coach_id': 'uuid', 'severity': 'text', 'severity_date': 'date'
    }) }}
),

worklist as (
    select * from {{ ref('int_clients__pending') }}
),

alerts as (
    select reconciled.*
    from reconciled
    left join recorded on reconciled.coach_id = recorded.coach_id and reconciled.id = recorded.id
    left join worklist
        on
            reconciled.coach_id = worklist.coach_id
            and reconciled.client_id = worklist.client_id
            and reconciled.severity_date = worklist.as_of_date
    where
        recorded.id is null
        or recorded.severity <> reconciled.severity
        or recorded.severity_date <> reconciled.severity_date
        or worklist.as_of_date is not null
),

scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

scores as (
    select * from {{ ref('risk_scores') }}
),

texts as (
    select * from {{ ref('alert_texts') }}
),

sentences as (
    select
        alerts.id,
        alerts.coach_id,
        alerts.client_id,
        texts.title,
        texts.message,
        scores.id as risk_score_id,
        scores.risk_level,
        to_char(scores.risk_score, 'FM990') as score,
        to_char(scored_dates.rise, 'FM990') as points,
        scores.days_since_last_session::text as silent_days,
        to_char(scores.last_session_date, 'YYYY-MM-DD') as last_session,
        -- what the two largest factors found
        coalesce((
            select string_agg(largest.description, '. ' order by largest.contribution desc, largest.position asc)
            from (
                select
                    factors.value ->> 'description' as description,
                    (factors.value ->> 'contribution')::numeric as contribution,
                    factors.position
                from jsonb_array_elements(scores.factors) with ordinality as factors (value, position)
                where (factors.value ->> 'contribution')::numeric > 0
                order by contribution desc, factors.position asc
                limit 2
            ) as largest
        ), 'No factor stands out') as factors,
        scores.recommended_action
    from alerts
    inner join scored_dates
        on
            alerts.coach_id = scored_dates.coach_id
            and alerts.client_id = scored_dates.client_id
            and alerts.severity_date = scored_dates.as_of_date
    inner join scores on scored_dates.coach_id = scores.coach_id and scored_dates.risk_score_id = scores.id
    inner join texts on alerts.alert_type = texts.alert_type and alerts.severity = texts.severity
),

{% set values = {
    'level': 'risk_level', 'score': 'score', 'points': "coalesce(points, '')", 'days': 'silent_days',
    'last_session': 'last_session', 'factors': 'factors', 'action': 'recommended_action'
} %}
final as (
    select
        id,
        coach_id,
        client_id,
        risk_score_id,
        {{ fill('title', values) }} as title,
        {{ fill('message', values) }} as message
    from sentences
)

select * from final
