-- one row per coach who set thresholds or alert preferences
{{ config(view_options='security_invoker = true', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with source as (
    select * from {{ source('analytics_api', 'coach_settings') }}
),

final as (
    select
        coach_id,
        engagement_decline_warning,
        engagement_decline_critical,
        sentiment_decline_warning,
        sentiment_decline_critical,
        resistance_ratio_warning,
        resistance_ratio_critical,
        days_since_session_warning::numeric as days_since_session_warning,
        days_since_session_critical::numeric as days_since_session_critical,
        muted_alert_types,
        min_alert_severity,
        updated_at
    from source
)

select * from final
