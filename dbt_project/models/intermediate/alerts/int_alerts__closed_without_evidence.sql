-- one row per open alert that no rule supports any more: its closing date and reason
with recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'alert_type': 'text', 'severity': 'text',
        'opened_date': 'date', 'last_open_date': 'date', 'resolved_date': 'date', 'episode_key': 'date',
        'severity_date': 'date'
    }) }}
),

matched_episodes as (
    select * from {{ ref('int_alerts__matched_episodes') }}
),

relationships as (
    select * from {{ ref('stg_public__coach_clients') }}
    where is_active
),

erased as (
    select * from {{ ref('int_clients__erased_sessions') }}
),

as_of_dates as (
    select max(as_of_date) as last_date
    from {{ ref('int_clients__as_of_dates') }}
),

last_scored as (
    select
        coach_id,
        client_id,
        max(as_of_date) as as_of_date
    from {{ ref('int_alerts__scored_dates') }}
    group by coach_id, client_id
),

final as (
    select
        recorded.id,
        recorded.coach_id,
        recorded.client_id,
        recorded.alert_type,
        recorded.episode_key,
        recorded.opened_date,
        recorded.last_open_date,
        recorded.severity,
        recorded.severity_date,
        case
            -- a run for earlier dates must not close it before a date on which it was open
            when relationships.client_id is null then greatest(recorded.last_open_date, as_of_dates.last_date)
            else greatest(recorded.opened_date, last_scored.as_of_date)
        end as resolved_date,
        case when relationships.client_id is null then 'relationship_ended' else 'recalculated' end as resolution
    from recorded
    cross join as_of_dates
    left join relationships
        on recorded.coach_id = relationships.coach_id and recorded.client_id = relationships.client_id
    left join last_scored
        on recorded.coach_id = last_scored.coach_id and recorded.client_id = last_scored.client_id
    where
        recorded.resolved_date is null
        and recorded.id not in (select matched_episodes.id from matched_episodes)
        -- removed by this run
        and not exists (
            select from erased
            where
                erased.coach_id = recorded.coach_id
                and erased.client_id = recorded.client_id
                and erased.session_date <= recorded.severity_date
        )
        and {{ is_selected_client('recorded.client_id') }}
)

select * from final
