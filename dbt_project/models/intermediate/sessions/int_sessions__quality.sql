-- one row per session on the worklist: what a coach should know before trusting its numbers
with worklist as (
    select * from {{ ref('int_sessions__worklist') }}
    where not is_gone
),

utterances as (
    select
        job_id,
        coach_id,
        max(reported_end_seconds) as total_duration_seconds,
        -- utterances without a label count as one more speaker
        count(distinct speaker) + max((speaker is null)::integer) as speakers,
        bool_or(role in ('coach', 'client')) as has_attributed_speaker,
        avg(speaker_confidence) as mean_speaker_confidence,
        bool_or(has_invalid_timestamps) as has_invalid_timestamps
    from {{ ref('int_sessions__utterances') }}
    group by job_id, coach_id
),

sentiment as (
    select * from {{ ref('int_sessions__sentiment') }}
),

evidence as (
    select * from {{ ref('int_sessions__cue_evidence') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), [
        'short_session_seconds', 'minimum_speaker_confidence', 'minimum_transcript_confidence'
    ]) }}
),

final as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        array_remove(array[
            case
                when coalesce(utterances.total_duration_seconds, 0) < parameters.short_session_seconds
                    then 'short_session'
            end,
            case when utterances.job_id is null then 'missing_utterances' end,
            case when utterances.speakers = 1 then 'single_speaker' end,
            case when not utterances.has_attributed_speaker then 'unattributed_speakers' end,
            case
                when utterances.mean_speaker_confidence < parameters.minimum_speaker_confidence
                    then 'low_confidence_diarization'
            end,
            case
                when worklist.transcript_confidence < parameters.minimum_transcript_confidence
                    then 'low_transcript_confidence'
            end,
            case when sentiment.is_missing_sentiment then 'missing_sentiment' end,
            case when utterances.has_invalid_timestamps then 'invalid_timestamps' end,
            case when evidence.is_detection_failed then 'cue_detection_failed' end,
            case when evidence.is_detection_pending then 'cue_detection_pending' end
        ], null) as quality_warnings
    from worklist
    inner join evidence on worklist.job_id = evidence.job_id and worklist.coach_id = evidence.coach_id
    left join utterances on worklist.job_id = utterances.job_id and worklist.coach_id = utterances.coach_id
    left join sentiment on worklist.job_id = sentiment.job_id and worklist.coach_id = sentiment.coach_id
    cross join parameters
)

select * from final
