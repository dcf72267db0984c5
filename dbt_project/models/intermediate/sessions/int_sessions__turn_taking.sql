-- one row per session on the worklist that has utterances: turns, interruptions, monologues, latencies
with utterances as (
    select * from {{ ref('int_sessions__utterances') }}
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        count(*) as total_turns,
        count(*) filter (where role = 'coach') as coach_turns,
        count(*) filter (where role = 'client') as client_turns,
        avg(duration_seconds) filter (where role = 'coach') as average_turn_duration_coach,
        avg(duration_seconds) filter (where role = 'client') as average_turn_duration_client,
        count(*) filter (where is_speaker_switch) as speaker_switch_count,
        count(*) filter (where is_interruption) as interruption_count,
        count(*) filter (where is_interruption and role = 'coach') as interruptions_by_coach,
        count(*) filter (where is_interruption and role = 'client') as interruptions_by_client,
        max(monologue_seconds) filter (where role = 'coach') as longest_monologue_coach_seconds,
        max(monologue_seconds) filter (where role = 'client') as longest_monologue_client_seconds,
        {% for role in ['client', 'coach'] -%}
        avg(response_latency_seconds) filter (where role = '{{ role }}')
            as {{ role }}_response_latency_mean_seconds,
        -- an ordered-set aggregate leaves nulls out
        percentile_cont(0.5) within group (order by response_latency_seconds)
        filter (where role = '{{ role }}') as {{ role }}_response_latency_median_seconds,
        {% endfor -%}
        avg(word_count) filter (where role = 'client') as words_per_client_turn
    from utterances
    group by job_id, coach_id, client_id
)

select * from final
