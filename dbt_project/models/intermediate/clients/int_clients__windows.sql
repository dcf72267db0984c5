-- one row per pair, as_of date and window: metrics of the pair's sessions in the window, unrounded
with parameters as (
    {{ parameters(ref('client_parameters'), [
        'min_frequency_change', 'decreasing_below', 'increasing_above', 'min_history_days', 'history_length',
        'engagement_trend_points', 'sentiment_trend_points', 'talk_ratio_trend_points', 'max_average_days'
    ]) }}
),

session_parameters as (
    {{ parameters(ref('session_parameters'), ['max_ratio']) }}
),

bounds as (
    select
        window_bounds.*,
        parameters.*,
        session_parameters.max_ratio
    from {{ ref('int_clients__window_bounds') }} as window_bounds
    cross join parameters
    cross join session_parameters
),

computed as (
    select
        bounds.*,
        session_count_through - session_count_before as total_sessions,
        session_count_through - session_count_before_recent as sessions_last_30_days,
        session_count_before_recent - session_count_before_previous as sessions_previous_30_days,
        session_dates[session_count_through] as last_session_date,
        (session_dates[session_count_through] - session_dates[session_count_before + 1])::numeric
        / nullif(greatest(session_count_through - session_count_before, 1) - 1, 0) as average_days_between,
        {{ window_mean('coach_talk', 100) }} as average_coach_talk_percentage,
        {{ window_mean('client_talk', 100) }} as average_client_talk_percentage,
        {{ window_change('client_talk', 100) }} as talk_ratio_change,
        {{ window_mean('engagement', 100) }} as average_engagement_score,
        {{ window_change('engagement', 100) }} as engagement_change,
        {{ window_mean('sentiment', 1000) }} as average_sentiment_score,
        {{ window_change('sentiment', 1000) }} as sentiment_change,
        {{ window_sum('resistance_cues') }} as total_resistance_cues,
        {{ window_sum('commitment_cues') }} as total_commitment_cues,
        {{ window_sum('breakthrough_cues') }} as total_breakthrough_cues,
        {{ window_sum('sessions_with_cue_evidence') }} as sessions_with_cue_evidence
    from bounds
    {{ optimization_fence() }} -- noqa: PRS
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        window_type,
        window_start,
        last_session_date,
        total_sessions,
        sessions_last_30_days,
        sessions_previous_30_days,
        {{ cap('average_days_between', 'max_average_days') }} as average_days_between_sessions,
        as_of_date - last_session_date as days_since_last_session,
        case
            when session_count_through < 2 then null
            when
                sessions_last_30_days = 0
                or (
                    sessions_previous_30_days - sessions_last_30_days >= min_frequency_change
                    and sessions_last_30_days < decreasing_below * sessions_previous_30_days
                ) then 'decreasing'
            when
                sessions_last_30_days - sessions_previous_30_days >= min_frequency_change
                and sessions_last_30_days > increasing_above * sessions_previous_30_days
                and as_of_date - first_session_date >= min_history_days then 'increasing'
            else 'stable'
        end as session_frequency_trend,
        average_coach_talk_percentage,
        average_client_talk_percentage,
        talk_ratio_change,
        {{ trend_label(
            'talk_ratio_change', 'talk_ratio_trend_points', 'client_increasing', 'coach_increasing', 'balanced'
        ) }} as talk_ratio_trend,
        average_engagement_score,
        engagement_change,
        {{ trend_label('engagement_change', 'engagement_trend_points') }} as engagement_trend,
        {{ window_last('engagement', 'history_length') }} as engagement_history,
        average_sentiment_score,
        sentiment_change,
        {{ trend_label('sentiment_change', 'sentiment_trend_points') }} as sentiment_trend,
        {{ window_last('sentiment', 'history_length') }} as sentiment_history,
        total_resistance_cues,
        total_commitment_cues,
        total_breakthrough_cues,
        sessions_with_cue_evidence,
        case
            when sessions_with_cue_evidence > 0
                then least(total_resistance_cues::numeric / greatest(total_commitment_cues, 1), max_ratio)
        end as resistance_to_commitment_ratio
    from computed
)

select * from final
