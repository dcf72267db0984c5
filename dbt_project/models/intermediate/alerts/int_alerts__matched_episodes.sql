-- one row per computed episode: the recorded alert that it continues, or a new one
{#
    The match is the recorded alert with the same key, else the latest one of the same type that was open on one of the
    episode's dates: a recorded alert keeps its id when the dates around it are rescored.
#}
{{ config(materialized='scratch_table', unlogged=true) }}

with episodes as (
    select
        *,
        {{ surrogate_uuid('risk_alert', [
            'coach_id', 'client_id', 'alert_type', iso_date('episode_key')
        ]) }} as surrogate_uuid
    from {{ ref('int_alerts__episodes') }}
),

recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'alert_type': 'text', 'severity': 'text',
        'opened_date': 'date', 'last_open_date': 'date', 'episode_key': 'date', 'severity_date': 'date'
    }) }}
),

final as (
    select distinct on (episodes.coach_id, episodes.client_id, episodes.alert_type, episodes.opened_date)
        episodes.coach_id,
        episodes.client_id,
        episodes.alert_type,
        episodes.opened_date as computed_opened_date,
        coalesce(recorded.id, episodes.surrogate_uuid) as id,
        coalesce(recorded.episode_key, episodes.episode_key) as episode_key,
        coalesce(recorded.opened_date, episodes.opened_date) as opened_date,
        episodes.last_open_date,
        episodes.severity,
        case
            when
                recorded.severity = episodes.severity
                and recorded.severity_date between episodes.severity_date and episodes.last_open_date
                then recorded.severity_date
            else episodes.severity_date
        end as severity_date,
        episodes.resolved_date,
        episodes.resolution
    from episodes
    left join recorded
        on
            episodes.coach_id = recorded.coach_id
            and episodes.client_id = recorded.client_id
            and episodes.alert_type = recorded.alert_type
            and (
                episodes.surrogate_uuid = recorded.id
                or (
                    episodes.opened_date <= recorded.last_open_date
                    and episodes.last_open_date >= recorded.opened_date
                )
            )
    order by
        episodes.coach_id asc,
        episodes.client_id asc,
        episodes.alert_type asc,
        episodes.opened_date asc,
        recorded.id = episodes.surrogate_uuid desc nulls last,
        recorded.opened_date desc nulls last
)

select * from final
