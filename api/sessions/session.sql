-- one row: a session's analytics, its cues and its comparison; body is null if the session is not the coach's
with session as (
    select
        id,
        job_id,
        client_id,
        coach_id,
        session_date,
        total_duration_seconds,
        coach_talk_time_seconds,
        client_talk_time_seconds,
        silence_time_seconds,
        coach_talk_percentage,
        client_talk_percentage,
        total_turns,
        coach_turns,
        client_turns,
        average_turn_duration_coach,
        average_turn_duration_client,
        interruption_count,
        coach_question_count,
        coach_statement_count,
        question_to_statement_ratio,
        open_question_count,
        closed_question_count,
        cue_resistance_count,
        cue_commitment_count,
        cue_breakthrough_count,
        cue_concern_count,
        cue_deflection_count,
        cue_enthusiasm_count,
        cue_doubt_count,
        cue_agreement_count,
        cue_goal_setting_count,
        client_sentiment_score,
        coach_sentiment_score,
        sentiment_variance,
        engagement_score,
        response_elaboration_score,
        coach_speech_share,
        client_speech_share,
        speaker_switch_count,
        interruptions_by_coach,
        interruptions_by_client,
        longest_monologue_coach_seconds,
        longest_monologue_client_seconds,
        client_response_latency_mean_seconds,
        client_response_latency_median_seconds,
        coach_response_latency_mean_seconds,
        coach_response_latency_median_seconds,
        has_cue_evidence,
        quality_warning,
        quality_warnings,
        completed_at,
        computed_at,
        model_version
    from ai_backend.session_analytics
    where coach_id = %(coach_id)s and job_id = %(job_id)s
),

cues as (
    select
        language_cues.id,
        language_cues.session_analytics_id,
        language_cues.utterance_id,
        language_cues.cue_type,
        language_cues.confidence,
        language_cues.text_excerpt,
        language_cues.timestamp_seconds as timestamp,
        language_cues.timestamp_seconds,
        language_cues.preceding_context,
        language_cues.interpretation,
        language_cues.created_at
    from session
    inner join ai_backend.language_cues on session.id = language_cues.session_analytics_id
    where language_cues.coach_id = %(coach_id)s
    order by language_cues.timestamp_seconds, language_cues.utterance_id, language_cues.cue_type
),

comparison as (
    select
        previous_job_id,
        previous_session_date,
        engagement_change,
        sentiment_change,
        talk_ratio_change,
        notable_changes
    from ai_backend.session_comparisons
    where coach_id = %(coach_id)s and job_id = %(job_id)s and previous_job_id is not null
),

final as (
    select
        (select session.client_id from session) as client_id,
        %(job_id)s::uuid as job_id,
        (
            select
                json_build_object(
                    'session_analytics', row_to_json(session),
                    'cues', coalesce((select json_agg(row_to_json(cues)) from cues), '[]'),
                    'comparison', (select row_to_json(comparison) from comparison)
                )
            from session
        ) as body
)

select client_id, job_id, body from final
