-- one row per coach: all settings; null means the default
insert into analytics_api.coach_settings (
    coach_id,
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
)
values (
    %(coach_id)s,
    %(engagement_trend_warning)s,
    %(engagement_trend_critical)s,
    %(sentiment_trend_warning)s,
    %(sentiment_trend_critical)s,
    %(resistance_ratio_warning)s,
    %(resistance_ratio_critical)s,
    %(days_since_session_warning)s,
    %(days_since_session_critical)s,
    %(muted_alert_types)s,
    %(min_alert_severity)s,
    %(now)s
)
on conflict (coach_id) do update
    set
        engagement_decline_warning = excluded.engagement_decline_warning,
        engagement_decline_critical = excluded.engagement_decline_critical,
        sentiment_decline_warning = excluded.sentiment_decline_warning,
        sentiment_decline_critical = excluded.sentiment_decline_critical,
        resistance_ratio_warning = excluded.resistance_ratio_warning,
        resistance_ratio_critical = excluded.resistance_ratio_critical,
        days_since_session_warning = excluded.days_since_session_warning,
        days_since_session_critical = excluded.days_since_session_critical,
        muted_alert_types = excluded.muted_alert_types,
        min_alert_severity = excluded.min_alert_severity,
        updated_at = excluded.updated_at
