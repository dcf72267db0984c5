-- one row per scored pair and as_of date: the risk factor session_frequency
with inputs as (
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

-- how far the recent sessions stay behind those of an average month of the window, 0 to 1
declines as (
    select
        *,
        greatest(
            0,
            1 - sessions_last_30_days * (window_days::numeric / recent_days)
            / greatest(total_sessions, window_days::numeric / recent_days)
        ) as decline
    from inputs
),

judged as (
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
        judged.coach_id,
        judged.client_id,
        judged.as_of_date,
        thresholds.factor_type,
        judged.decline as value,
        case judged.situation when 'none_recent' then 1 when 'decreasing' then judged.decline else 0 end
            as severity,
        true as has_evidence,
        {{ fill('texts.text', {
            'value': 'to_char(100 * judged.decline, thresholds.number_format)',
            'sessions': counted('judged.sessions_last_30_days', 'session'),
            'recent_days': 'judged.recent_days::text',
            'window_days': 'judged.window_days::text'
        }) }} as description
    from judged
    inner join thresholds on judged.coach_id = thresholds.coach_id
    inner join texts on judged.situation = texts.situation
)

select * from final
