-- one row per transcript with words of the coach: questions and statements
with questions as (
    select * from {{ ref('int_sessions__coach_questions') }}
),

counts as (
    select
        transcript_id,
        count(*) filter (where question_kind <> 'none') as coach_question_count,
        count(*) filter (where question_kind = 'none') as coach_statement_count,
        count(*) filter (where question_kind = 'open') as open_question_count,
        count(*) filter (where question_kind = 'closed') as closed_question_count
    from questions
    group by transcript_id
),

final as (
    select
        *,
        -- without statements the ratio is the number of questions
        coach_question_count::numeric / greatest(coach_statement_count, 1) as question_to_statement_ratio
    from counts
)

select * from final
