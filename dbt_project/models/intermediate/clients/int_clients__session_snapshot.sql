-- one row per session that client analytics, scores and alerts rest on
{#
    Written last: as long as a record may still rest on a session, it stands here, so that the next run notices when
    the session is gone and tells the records again without it (docs/adr/0042).
#}
-- depends_on: {{ ref('client_analytics') }}
-- depends_on: {{ ref('client_analytics_history') }}
-- depends_on: {{ ref('risk_scores') }}
-- depends_on: {{ ref('risk_alert_episodes') }}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='job_id',
    full_refresh=false,
    indexes=[
        {'columns': ['job_id'], 'unique': true},
        {'columns': ['client_id']}
    ],
    post_hook=["{{ purge_erased_sessions() }}", "{{ enable_row_level_security() }}"]
) }}

with sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

recorded as not materialized (
    {{ self_snapshot('int_clients__session_snapshot', {
        'job_id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'session_date': 'date'
    }) }}
),

final as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        -- records of the days between may still know it by the date that it had before
        least(sessions.session_date, recorded.session_date) as session_date
    from sessions
    left join recorded
        on
            sessions.job_id = recorded.job_id
            and sessions.coach_id = recorded.coach_id
            and sessions.client_id = recorded.client_id
            and {{ is_selected_client('recorded.client_id') }}
)

{{ changed_rows_only(key=['job_id'], ignored=[]) }}
