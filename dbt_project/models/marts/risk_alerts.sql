-- one row per alert: the recorded episode with what the coach said about it, live
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

-- An acknowledgement of the warning does not answer for what became urgent after it.
answered as (
    select
        episodes.*,
        acknowledgements.acknowledged_at,
        acknowledgements.alert_id is not null
        and (acknowledgements.severity_at_acknowledgement = 'urgent' or episodes.severity = 'warning')
            as is_answered
    from episodes
    left join acknowledgements
        on episodes.coach_id = acknowledgements.coach_id and episodes.id = acknowledgements.alert_id
),

final as (
    select
        answered.id,
        answered.client_id,
        answered.coach_id,
        answered.risk_score_id,
        answered.alert_type,
        answered.severity,
        answered.title,
        answered.message,
        case
            when answered.resolved_date is not null then 'resolved'
            when answered.is_answered then 'acknowledged'
            else 'pending'
        end::varchar(20) as status,
        -- while it is pending again nobody has acknowledged it as it is
        case when answered.is_answered or answered.resolved_date is not null then answered.acknowledged_at end
            as acknowledged_at,
        -- a function, because whoever reads this view needs a right on every column that it names
        case
            when
                answered.acknowledged_at is not null
                and (answered.is_answered or answered.resolved_date is not null)
                then analytics_api.acknowledgement_notes(answered.coach_id, answered.id)
        end as acknowledged_notes,
        answered.resolved_at,
        answered.created_at,
        -- beyond the specification
        answered.opened_date,
        answered.severity_date,
        answered.resolved_date,
        answered.resolution,
        coalesce(
            answered.alert_type = any(settings.muted_alert_types)
            or (settings.min_alert_severity = 'urgent' and answered.severity = 'warning'), false
        ) as is_muted,
        answered.recorded_at
    from answered
    left join settings on answered.coach_id = settings.coach_id
)

select * from final
