-- one row per session that recorded client analytics, scores and alerts were computed from
{#
    Written after all client records: a session stays here as long as a record may include it, so that the next run
    detects its removal and recomputes those records.
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
    contract={'enforced': true},
    on_schema_change='fail',
    post_hook="{{ purge_erased_sessions() }}"
) }}

with sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

recorded as not materialized (
    {{ self_snapshot('int_operations__session_snapshot', {
        'job_id': 'uuid', 'coach_id': 'uuid', 'client_id': 'uuid', 'session_date': 'date'
    }, schema='analytics_intermediate') }}
),

final as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        -- records of the dates between may include it at its earlier date
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
