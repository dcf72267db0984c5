-- one row per scored pair, as_of date and risk factor: its severity, 0 to 1
with session_frequency as (
    select * from {{ ref('int_risk__session_frequency') }}
),

engagement_trend as (
    select * from {{ ref('int_risk__engagement_trend') }}
),

sentiment_trend as (
    select * from {{ ref('int_risk__sentiment_trend') }}
),

resistance_ratio as (
    select * from {{ ref('int_risk__resistance_ratio') }}
),

days_since_session as (
    select * from {{ ref('int_risk__days_since_session') }}
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from session_frequency
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from engagement_trend
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from sentiment_trend
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from resistance_ratio
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        factor_type,
        value,
        severity,
        has_evidence,
        description
    from days_since_session
)

select * from final
