-- one row per pending session with accepted language cues: number of cues by type
{% set cue_types = [
    'resistance', 'commitment', 'breakthrough', 'concern', 'deflection', 'enthusiasm', 'doubt', 'agreement',
    'goal_setting'
] %}

with pending as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_removed
),

cues as (
    select * from {{ ref('int_cues__accepted') }}
),

final as (
    select
        {% for cue_type in cue_types %}
            count(*) filter (where cues.cue_type = '{{ cue_type }}') as cue_{{ cue_type }}_count,
        {% endfor %}
        pending.job_id,
        pending.coach_id,
        pending.client_id
    from pending
    inner join cues on pending.cue_detection_id = cues.detection_id and pending.coach_id = cues.coach_id
    group by pending.job_id, pending.coach_id, pending.client_id
)

select * from final
