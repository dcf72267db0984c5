-- one row per session on the worklist that has utterances: turns, interruptions, monologues, latencies
with utterances as (
    select * from {{ ref('int_sessions__utterances') }}
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        {% for role in ['coach', 'client'] %}
            count(*) filter (where role = '{{ role }}') as {{ role }}_turns,
            avg(duration_seconds) filter (where role = '{{ role }}') as average_turn_duration_{{ role }},
            count(*) filter (where is_interruption and role = '{{ role }}') as interruptions_by_{{ role }},
            max(monologue_seconds) filter (where role = '{{ role }}') as longest_monologue_{{ role }}_seconds,
            avg(response_latency_seconds) filter (where role = '{{ role }}')
                as {{ role }}_response_latency_mean_seconds,
            percentile_cont(0.5) within group (order by response_latency_seconds)
            filter (where role = '{{ role }}')
                as {{ role }}_response_latency_median_seconds,
        {% endfor %}
        count(*) as total_turns,
        count(*) filter (where is_speaker_switch) as speaker_switch_count,
        count(*) filter (where is_interruption) as interruption_count,
        avg(word_count) filter (where role = 'client') as words_per_client_turn
    from utterances
    group by job_id, coach_id, client_id
)

select * from final
