-- one row per coach and risk factor: its weight and the thresholds that apply to the coach
with coaches as (
    select distinct coach_id
    from {{ ref('int_risk__features') }}
),

factors as (
    select * from {{ ref('risk_factor_settings') }}
),

settings as (
    select * from {{ ref('stg_analytics_api__coach_settings') }}
),

coach_thresholds as (
    select
        settings.coach_id,
        pairs.factor_type,
        pairs.warning_threshold,
        pairs.critical_threshold
    from settings
    cross join lateral (
        values
        ('engagement_trend', settings.engagement_decline_warning, settings.engagement_decline_critical),
        ('sentiment_trend', settings.sentiment_decline_warning, settings.sentiment_decline_critical),
        ('resistance_ratio', settings.resistance_ratio_warning, settings.resistance_ratio_critical),
        ('days_since_session', settings.days_since_session_warning, settings.days_since_session_critical)
    ) as pairs (factor_type, warning_threshold, critical_threshold)
),

final as (
    select
        coaches.coach_id,
        factors.factor_type,
        factors.position,
        factors.weight,
        factors.decays_with_inactivity,
        factors.decimals,
        factors.number_format,
        coalesce(coach_thresholds.warning_threshold, factors.warning_threshold) as warning_threshold,
        coalesce(coach_thresholds.critical_threshold, factors.critical_threshold) as critical_threshold
    from coaches
    cross join factors
    left join coach_thresholds
        on
            coaches.coach_id = coach_thresholds.coach_id
            and factors.factor_type = coach_thresholds.factor_type
            -- an incomplete or reversed pair of thresholds is ignored
            and sign(coach_thresholds.critical_threshold - coach_thresholds.warning_threshold)
            = sign(factors.critical_threshold - factors.warning_threshold)
)

select * from final
