-- one row per alert episode of a pair
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='id',
    full_refresh=false,
    indexes=[
        {'columns': ['coach_id', 'created_at']},
        {'columns': ['coach_id', 'client_id', 'alert_type', 'opened_date']},
        {'columns': ['severity']},
        {'columns': ['created_at']}
    ],
    grants={'select': ['warehouse_analyst', 'warehouse_api']},
    post_hook=["{{ delete_erased_alerts() }}", "{{ enable_row_level_security() }}"]
) }}

with alerts as (
    select * from {{ ref('int_alerts__reconciled') }}
),

texts as (
    select * from {{ ref('int_alerts__texts') }}
),

recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'id': 'uuid', 'coach_id': 'uuid', 'risk_score_id': 'uuid', 'title': 'text', 'message': 'text',
        'recorded_at': 'timestamptz'
    }) }}
),

final as (
    select
        alerts.id,
        alerts.client_id,
        alerts.coach_id,
        coalesce(texts.risk_score_id, recorded.risk_score_id) as risk_score_id,
        alerts.alert_type::varchar(50) as alert_type,
        alerts.severity::varchar(20) as severity,
        coalesce(texts.title, recorded.title)::varchar(255) as title,
        coalesce(texts.message, recorded.message) as message,
        {{ start_of_day('alerts.resolved_date') }} as resolved_at,
        {{ start_of_day('alerts.opened_date') }} as created_at,
        -- beyond the specification
        alerts.episode_key,
        alerts.opened_date,
        alerts.last_open_date,
        alerts.severity_date,
        alerts.resolved_date,
        alerts.resolution,
        coalesce(recorded.recorded_at, {{ computed_at() }}) as recorded_at
    from alerts
    left join texts on alerts.coach_id = texts.coach_id and alerts.id = texts.id
    left join recorded on alerts.coach_id = recorded.coach_id and alerts.id = recorded.id
)

{{ changed_rows_only(key=['id'], ignored=[]) }}
