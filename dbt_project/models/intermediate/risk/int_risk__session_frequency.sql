-- one row per scored pair and as_of date: the risk factor session_frequency
with features as (
    select * from {{ ref('int_risk__features') }}
),

thresholds as (
    select * from {{ ref('int_risk__thresholds') }}
    where factor_type = 'session_frequency'
),

texts as (
    select * from {{ ref('risk_factor_texts') }}
    where factor_type = 'session_frequency'
),

-- decrease of the recent sessions against the average of the window, 0 to 1
declines as (
    select
        *,
        greatest(
            0,
            1 - sessions_last_30_days * (window_days::numeric / recent_days)
            / greatest(total_sessions, window_days::numeric / recent_days)
        ) as decline
    from features
),

evaluated as (
    select
        *,
        case
            when sessions_last_30_days = 0 then 'none_recent'
            when session_frequency_trend = 'decreasing' then 'decreasing'
            else 'steady'
        end as situation
    from declines
),

final as (
    select
        evaluated.coach_id,
        evaluated.client_id,
        evaluated.as_of_date,
        thresholds.factor_type,
        evaluated.decline as value,
        case evaluated.situation when 'none_recent' then 1 when 'decreasing' then evaluated.decline else 0 end
            as severity,
        true as has_evidence,
        {{ format_text('texts.text', {
            'value': 'to_char(100 * evaluated.decline, thresholds.number_format)',
            'sessions': pluralize('evaluated.sessions_last_30_days', 'session'),
            'recent_days': 'evaluated.recent_days::text',
            'window_days': 'evaluated.window_days::text'
        }) }} as description
    from evaluated
    inner join thresholds on evaluated.coach_id = thresholds.coach_id
    inner join texts on evaluated.situation = texts.situation
)

select * from final
