-- one row: the coach's thresholds and alert preferences, with the defaults where the coach has set none
with own as (
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
            (select own.engagement_decline_warning from own),
            (select own.engagement_decline_critical from own)
        ),
        (
            'sentiment_trend',
            (select own.sentiment_decline_warning from own),
            (select own.sentiment_decline_critical from own)
        ),
        (
            'resistance_ratio',
            (select own.resistance_ratio_warning from own),
            (select own.resistance_ratio_critical from own)
        ),
        (
            'days_since_session',
            (select own.days_since_session_warning from own),
            (select own.days_since_session_critical from own)
        )
    ) as pairs (factor_type, warning, critical) on defaults.factor_type = pairs.factor_type
),

final as (
    select
        null::uuid as client_id,
        null::uuid as job_id,
        json_build_object(
            'thresholds', (select json_object_agg(factor_type, threshold order by position) from thresholds),
            'muted_alert_types', coalesce((select own.muted_alert_types from own), '{}'),
            'min_alert_severity', coalesce((select own.min_alert_severity from own), 'warning'),
            'updated_at', (select own.updated_at from own)
        ) as body
)

select client_id, job_id, body from final
