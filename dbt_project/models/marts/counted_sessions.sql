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
    post_hook=["{{ forget_erased_sessions() }}", "{{ only_own_coach() }}"]
) }}

with sessions as (
    select * from {{ ref('int_clients__sessions') }}
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        session_date
    from sessions
)

{{ only_changed(key=['job_id'], ignored=[]) }}
