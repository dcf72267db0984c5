-- one row per alert that needs a text: title and message as of the date on which it reached its severity
{# A recorded text is kept, unless the severity changed or that date was scored again. #}
with reconciled as (
    select * from {{ ref('int_alerts__reconciled') }}
    where is_supported
),

recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'id': 'uuid', 'coach_id': 'uuid', 'severity': 'text', 'severity_date': 'date'
    }) }}
),

pending as (
    select * from {{ ref('int_clients__pending') }}
),

alerts as (
    select reconciled.*
    from reconciled
    left join recorded on reconciled.coach_id = recorded.coach_id and reconciled.id = recorded.id
    left join pending
        on
            reconciled.coach_id = pending.coach_id
            and reconciled.client_id = pending.client_id
            and reconciled.severity_date = pending.as_of_date
    where
        recorded.id is null
        or recorded.severity <> reconciled.severity
        or recorded.severity_date <> reconciled.severity_date
        or pending.as_of_date is not null
),

scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

scores as (
    select * from {{ ref('risk_scores') }}
),

factors as not materialized (
    select * from {{ ref('risk_factors') }}
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
        to_char(scored_dates.score_increase, 'FM990') as points,
        scores.days_since_last_session::text as days_without_session,
        to_char(scores.last_session_date, 'YYYY-MM-DD') as last_session,
        -- descriptions of the two factors with the highest contributions
        coalesce((
            select string_agg(largest.description, '. ' order by largest.contribution desc, largest.position asc)
            from (
                select * from factors
                where factors.risk_score_id = scores.id and factors.contribution > 0
                order by factors.contribution desc, factors.position asc
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
    'level': 'risk_level', 'score': 'score', 'points': "coalesce(points, '')", 'days': 'days_without_session',
    'last_session': 'last_session', 'factors': 'factors', 'action': 'recommended_action'
} %}
final as (
    select
        id,
        coach_id,
        client_id,
        risk_score_id,
        {{ format_text('title', values) }} as title,
        {{ format_text('message', values) }} as message
    from sentences
)

select * from final
