-- one row per coach and risk factor: its weight, and from where on it worries this coach
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

own as (
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
        factors.fades_with_silence,
        factors.decimals,
        factors.number_format,
        coalesce(own.warning_threshold, factors.warning_threshold) as warning_threshold,
        coalesce(own.critical_threshold, factors.critical_threshold) as critical_threshold
    from coaches
    cross join factors
    left join own
        on
            coaches.coach_id = own.coach_id
            and factors.factor_type = own.factor_type
            -- half a pair, or one in the wrong order, must not stop anybody's scores
            and sign(own.critical_threshold - own.warning_threshold)
            = sign(factors.critical_threshold - factors.warning_threshold)
)

select * from final
