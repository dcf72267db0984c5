-- one row per pending session with utterances: the engagement score and its five components
with metrics as (
    select * from {{ ref('int_sessions__metrics') }}
),

talk_time as (
    select * from {{ ref('int_sessions__talk_time') }}
),

sentiment as (
    select * from {{ ref('int_sessions__sentiment') }}
),

cue_counts as (
    select * from {{ ref('int_sessions__cue_counts') }}
),

cue_evidence as (
    select * from {{ ref('int_sessions__cue_evidence') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), [
        'participation_weight', 'depth_weight', 'density_weight', 'emotion_weight', 'commitment_weight',
        'balanced_talk_percentage', 'full_words_per_turn', 'full_turns_per_minute', 'neutral_commitment'
    ]) }}
),

-- each 0 to 1; null without evidence in the session
components as (
    select
        metrics.job_id,
        metrics.coach_id,
        metrics.client_id,
        metrics.client_turns,
        case
            when metrics.coach_turns > 0
                then greatest(
                    0,
                    1 - abs(talk_time.client_talk_percentage - parameters.balanced_talk_percentage)
                    / parameters.balanced_talk_percentage
                )
        end as participation,
        -- least() ignores nulls: without words of the client it would return 1
        case
            when metrics.words_per_client_turn is not null
                then least(1, metrics.words_per_client_turn / parameters.full_words_per_turn)
        end as depth,
        case
            when metrics.coach_turns > 0
                then least(
                    1,
                    metrics.client_turns / greatest(talk_time.total_duration_seconds / 60, 1)
                    / parameters.full_turns_per_minute
                )
        end as density,
        (sentiment.client_sentiment_score + 1) / 2 as emotion,
        case
            when cue_evidence.has_cue_evidence
                then coalesce(
                    cue_counts.cue_commitment_count::numeric
                    / nullif(cue_counts.cue_commitment_count + cue_counts.cue_resistance_count, 0),
                    parameters.neutral_commitment
                )
        end as commitment
    from metrics
    left join talk_time on metrics.job_id = talk_time.job_id and metrics.coach_id = talk_time.coach_id
    left join sentiment on metrics.job_id = sentiment.job_id and metrics.coach_id = sentiment.coach_id
    left join cue_counts on metrics.job_id = cue_counts.job_id and metrics.coach_id = cue_counts.coach_id
    left join cue_evidence on metrics.job_id = cue_evidence.job_id and metrics.coach_id = cue_evidence.coach_id
    cross join parameters
),

final as (
    select
        components.*,
        100 * components.depth as response_elaboration_score,
        case
            when components.client_turns > 0
                then {{ weighted_mean(
                    ['participation', 'depth', 'density', 'emotion', 'commitment'], 'components', 'parameters'
                ) }} * 100
        end as engagement_score
    from components
    cross join parameters
)

select * from final
