-- one row per session on the worklist: what a coach should know before trusting its numbers
with worklist as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_gone
),

measures as (
    select * from {{ ref('int_sessions__metrics') }}
),

sentiment as (
    select * from {{ ref('int_sessions__sentiment') }}
),

evidence as (
    select * from {{ ref('int_sessions__cue_evidence') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), [
        'short_session_seconds', 'min_speaker_confidence', 'min_transcript_confidence'
    ]) }}
),

final as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        array_remove(array[
            case
                when coalesce(measures.last_end_seconds, 0) < parameters.short_session_seconds
                    then 'short_session'
            end,
            case when measures.job_id is null then 'missing_utterances' end,
            case when measures.speaker_switch_count = 0 then 'single_speaker' end,
            case when measures.coach_turns + measures.client_turns = 0 then 'unattributed_speakers' end,
            case
                when measures.mean_speaker_confidence < parameters.min_speaker_confidence
                    then 'low_confidence_diarization'
            end,
            case
                when worklist.transcript_confidence < parameters.min_transcript_confidence
                    then 'low_transcript_confidence'
            end,
            case when sentiment.is_missing_sentiment then 'missing_sentiment' end,
            case when measures.has_invalid_timestamps then 'invalid_timestamps' end,
            case when evidence.is_detection_failed then 'cue_detection_failed' end,
            case when evidence.is_detection_pending then 'cue_detection_pending' end
        ], null) as quality_warnings
    from worklist
    left join evidence on worklist.job_id = evidence.job_id and worklist.coach_id = evidence.coach_id
    left join measures on worklist.job_id = measures.job_id and worklist.coach_id = measures.coach_id
    left join sentiment on worklist.job_id = sentiment.job_id and worklist.coach_id = sentiment.coach_id
    cross join parameters
)

select * from final
