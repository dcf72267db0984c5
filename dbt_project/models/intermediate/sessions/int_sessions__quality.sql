-- one row per pending session: quality warnings
with pending as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_removed
),

metrics as (
    select * from {{ ref('int_sessions__metrics') }}
),

sentiment as (
    select * from {{ ref('int_sessions__sentiment') }}
),

cue_evidence as (
    select * from {{ ref('int_sessions__cue_evidence') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), [
        'short_session_seconds', 'min_speaker_confidence', 'min_transcript_confidence'
    ]) }}
),

final as (
    select
        pending.job_id,
        pending.coach_id,
        pending.client_id,
        array_remove(array[
            case
                when coalesce(metrics.last_end_seconds, 0) < parameters.short_session_seconds
                    then 'short_session'
            end,
            case when metrics.job_id is null then 'missing_utterances' end,
            case when metrics.speaker_switch_count = 0 then 'single_speaker' end,
            case when metrics.coach_turns + metrics.client_turns = 0 then 'unattributed_speakers' end,
            case
                when metrics.mean_speaker_confidence < parameters.min_speaker_confidence
                    then 'low_confidence_diarization'
            end,
            case
                when pending.transcript_confidence < parameters.min_transcript_confidence
                    then 'low_transcript_confidence'
            end,
            case when sentiment.is_missing_sentiment then 'missing_sentiment' end,
            case when metrics.has_invalid_timestamps then 'invalid_timestamps' end,
            case when cue_evidence.is_detection_failed then 'cue_detection_failed' end,
            case when cue_evidence.is_detection_pending then 'cue_detection_pending' end
        ], null) as quality_warnings
    from pending
    left join cue_evidence on pending.job_id = cue_evidence.job_id and pending.coach_id = cue_evidence.coach_id
    left join metrics on pending.job_id = metrics.job_id and pending.coach_id = metrics.coach_id
    left join sentiment on pending.job_id = sentiment.job_id and pending.coach_id = sentiment.coach_id
    cross join parameters
)

select * from final
