-- one row per session on the worklist with kept language cues: how many of each type
{% set cue_types = [
    'resistance', 'commitment', 'breakthrough', 'concern', 'deflection', 'enthusiasm', 'doubt', 'agreement',
    'goal_setting'
] %}

with worklist as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_gone
),

cues as (
    select * from {{ ref('int_cues__accepted') }}
),

final as (
    select
        {% for cue_type in cue_types %}
            count(*) filter (where cues.cue_type = '{{ cue_type }}') as cue_{{ cue_type }}_count,
        {% endfor %}
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id
    from worklist
    inner join cues on worklist.cue_detection_id = cues.detection_id and worklist.coach_id = cues.coach_id
    group by worklist.job_id, worklist.coach_id, worklist.client_id
)

select * from final
