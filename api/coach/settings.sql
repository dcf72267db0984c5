-- one row: the coach's thresholds and alert preferences, with defaults for those that are not set
with stored as (
    select
        engagement_decline_warning,
        engagement_decline_critical,
        sentiment_decline_warning,
        sentiment_decline_critical,
        resistance_ratio_warning,
        resistance_ratio_critical,
        days_since_session_warning,
        days_since_session_critical,
        muted_alert_types,
        min_alert_severity,
        updated_at
    from analytics_api.coach_settings
    where coach_id = %(coach_id)s
),

thresholds as (
    select
        defaults.factor_type,
        defaults.position,
        json_build_object(
            'warning', coalesce(pairs.warning, defaults.warning_threshold),
            'critical', coalesce(pairs.critical, defaults.critical_threshold),
            'default_warning', defaults.warning_threshold,
            'default_critical', defaults.critical_threshold,
            'is_default', pairs.warning is null
        ) as threshold
    from analytics_seeds.risk_factor_settings as defaults
    inner join (
        values
        (
            'engagement_trend',
            (select stored.engagement_decline_warning from stored),
            (select stored.engagement_decline_critical from stored)
        ),
        (
            'sentiment_trend',
            (select stored.sentiment_decline_warning from stored),
            (select stored.sentiment_decline_critical from stored)
        ),
        (
            'resistance_ratio',
            (select stored.resistance_ratio_warning from stored),
            (select stored.resistance_ratio_critical from stored)
        ),
        (
            'days_since_session',
            (select stored.days_since_session_warning from stored),
            (select stored.days_since_session_critical from stored)
        )
    ) as pairs (factor_type, warning, critical) on defaults.factor_type = pairs.factor_type
),

final as (
    select
        null::uuid as client_id,
        null::uuid as job_id,
        json_build_object(
            'thresholds', (select json_object_agg(factor_type, threshold order by position) from thresholds),
            'muted_alert_types', coalesce((select stored.muted_alert_types from stored), '{}'),
            'min_alert_severity', coalesce((select stored.min_alert_severity from stored), 'warning'),
            -- deprecated, removed in the next version
            'least_alert_severity', coalesce((select stored.min_alert_severity from stored), 'warning'),
            'updated_at', (select stored.updated_at from stored)
        ) as body
)

select client_id, job_id, body from final
