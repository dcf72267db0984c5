-- one row per transcript with utterances: counts, sums and averages over its utterances
{{ config(post_hook="{{ create_transcript_metrics(this) }}") }}

with utterances as (
    select * from {{ ref('int_utterances__sequenced') }}
),

sums as (
    select
        transcript_id,
        {% for role in ['coach', 'client'] %}
            count(*) filter (where role = '{{ role }}') as {{ role }}_turns,
            coalesce(sum(new_role_speech_ms) filter (where role = '{{ role }}'), 0) / 1000.0
                as {{ role }}_talk_time_seconds,
            avg(duration_ms) filter (where role = '{{ role }}') / 1000.0 as average_turn_duration_{{ role }},
            count(*) filter (where is_interruption and role = '{{ role }}') as interruptions_by_{{ role }},
            max(monologue_ms) filter (where role = '{{ role }}') / 1000.0 as longest_monologue_{{ role }}_seconds,
            avg(response_latency_ms) filter (where role = '{{ role }}') / 1000.0
                as {{ role }}_response_latency_mean_seconds,
            percentile_cont(0.5) within group (order by response_latency_ms) filter (where role = '{{ role }}')
            / 1000.0
                as {{ role }}_response_latency_median_seconds,
            avg(sentiment_score) filter (where role = '{{ role }}') as {{ role }}_sentiment_mean,
        {% endfor %}
        count(*) as total_turns,
        count(question_kind) as classified_coach_turns,
        count(*) filter (where question_kind = 'open') as open_question_count,
        count(*) filter (where question_kind = 'closed') as closed_question_count,
        count(*) filter (where question_kind = 'none') as coach_statement_count,
        count(*) filter (where is_speaker_switch) as speaker_switch_count,
        count(*) filter (where is_interruption) as interruption_count,
        avg(word_count) filter (where role = 'client') as words_per_client_turn,
        count(*) filter (where role = 'client' and has_upstream_label) as labelled_client_turns,
        case
            when count(sentiment_score) filter (where role = 'client') >= 2
                then var_pop(sentiment_score) filter (where role = 'client')
        end as client_sentiment_variance,
        max(reported_end_seconds) as last_end_seconds,
        sum(new_speech_ms) / 1000.0 as speech_seconds,
        avg(speaker_confidence) as mean_speaker_confidence,
        bool_or(has_invalid_timestamps) as has_invalid_timestamps,
        bit_xor(content_hash) as content_hash
    from utterances
    group by transcript_id
),

final as (
    select
        *,
        open_question_count + closed_question_count as coach_question_count,
        -- without statements the ratio is the number of questions; without coach utterances it is unknown
        case
            when classified_coach_turns > 0
                then (open_question_count + closed_question_count)::numeric / greatest(coach_statement_count, 1)
        end as question_to_statement_ratio
    from sums
)

select * from final
