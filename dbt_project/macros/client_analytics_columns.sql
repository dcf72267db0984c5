{#-
    The columns that client_analytics and its history have in common, rounded here and nowhere before: the
    specification's in its order, then ours. `id` is the SQL of the row's identity.
-#}
{% macro client_analytics_columns(id) -%}
        {{ id }} as id,
        windows.client_id,
        windows.coach_id,
        windows.window_start,
        windows.as_of_date as window_end,
        windows.window_type::varchar(20) as window_type,
        windows.total_sessions,
        windows.sessions_last_30_days,
        windows.average_days_between_sessions::numeric(6, 2) as average_days_between_sessions,
        windows.days_since_last_session,
        windows.session_frequency_trend::varchar(20) as session_frequency_trend,
        windows.average_coach_talk_percentage::numeric(5, 2) as average_coach_talk_percentage,
        windows.average_client_talk_percentage::numeric(5, 2) as average_client_talk_percentage,
        windows.talk_ratio_trend::varchar(30) as talk_ratio_trend,
        windows.average_engagement_score::numeric(5, 2) as average_engagement_score,
        windows.engagement_trend::varchar(20) as engagement_trend,
        to_jsonb(windows.engagement_history) as engagement_scores_history,
        windows.average_sentiment_score::numeric(4, 3) as average_sentiment_score,
        windows.sentiment_trend::varchar(20) as sentiment_trend,
        to_jsonb(windows.sentiment_history) as sentiment_scores_history,
        windows.total_resistance_cues::integer as total_resistance_cues,
        windows.total_commitment_cues::integer as total_commitment_cues,
        windows.total_breakthrough_cues::integer as total_breakthrough_cues,
        windows.resistance_to_commitment_ratio::numeric(5, 3) as resistance_to_commitment_ratio,
        {{ computed_at() }} as computed_at,
        -- beyond the specification
        windows.as_of_date,
        windows.last_session_date,
        windows.sessions_previous_30_days,
        windows.sessions_with_cue_evidence::integer as sessions_with_cue_evidence,
        windows.engagement_change::numeric(7, 4) as engagement_change,
        windows.sentiment_change::numeric(7, 4) as sentiment_change,
        windows.talk_ratio_change::numeric(7, 4) as talk_ratio_change
{%- endmacro %}
