-- one row per alert: the recorded episode with its current acknowledgement and mute state
{{ config(
    materialized='view_in_place',
    grants={'select': ['warehouse_api']},
    post_hook="{{ grant_select_except('warehouse_analyst', ['acknowledged_notes']) }}"
) }}

with episodes as (
    select * from {{ ref('risk_alert_episodes') }}
),

acknowledgements as (
    select * from {{ ref('stg_analytics_api__alert_acknowledgements') }}
),

settings as (
    select * from {{ ref('stg_analytics_api__coach_settings') }}
),

-- acknowledging a warning does not acknowledge the alert once it becomes urgent
with_state as (
    select
        episodes.*,
        acknowledgements.acknowledged_at,
        acknowledgements.alert_id is not null
        and (acknowledgements.severity_at_acknowledgement = 'urgent' or episodes.severity = 'warning')
            as is_acknowledged
    from episodes
    left join acknowledgements
        on episodes.coach_id = acknowledgements.coach_id and episodes.id = acknowledgements.alert_id
),

final as (
    select
        with_state.id,
        with_state.client_id,
        with_state.coach_id,
        with_state.risk_score_id,
        with_state.alert_type,
        with_state.severity,
        with_state.title,
        with_state.message,
        case
            when with_state.resolved_date is not null then 'resolved'
            when with_state.is_acknowledged then 'acknowledged'
            else 'pending'
        end::varchar(20) as status,
        -- null while it is pending again
        case
            when with_state.is_acknowledged or with_state.resolved_date is not null
                then with_state.acknowledged_at
        end as acknowledged_at,
        -- a function, because the reader of a security_invoker view needs a privilege on every selected column
        case
            when
                with_state.acknowledged_at is not null
                and (with_state.is_acknowledged or with_state.resolved_date is not null)
                then analytics_api.acknowledgement_notes(with_state.coach_id, with_state.id)
        end as acknowledged_notes,
        with_state.resolved_at,
        with_state.created_at,
        -- beyond the specification
        with_state.opened_date,
        with_state.severity_date,
        with_state.resolved_date,
        with_state.resolution,
        coalesce(
            with_state.alert_type = any(settings.muted_alert_types)
            or (settings.min_alert_severity = 'urgent' and with_state.severity = 'warning'), false
        ) as is_muted,
        with_state.recorded_at
    from with_state
    left join settings on with_state.coach_id = settings.coach_id
)

select * from final
