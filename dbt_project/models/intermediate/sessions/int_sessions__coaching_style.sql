-- one row per session on the worklist with words of the coach: questions and statements
{{ config(materialized='working_table', unlogged=true) }}

with worklist as (
    select * from {{ ref('int_sessions__worklist') }}
    where not is_gone
),

questions as (
    select * from {{ ref('int_sessions__coach_questions') }}
),

counts as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        count(*) filter (where questions.question_kind <> 'none') as coach_question_count,
        count(*) filter (where questions.question_kind = 'none') as coach_statement_count,
        count(*) filter (where questions.question_kind = 'open') as open_question_count,
        count(*) filter (where questions.question_kind = 'closed') as closed_question_count
    from worklist
    inner join questions on worklist.transcript_id = questions.transcript_id
    group by worklist.job_id, worklist.coach_id, worklist.client_id
),

final as (
    select
        *,
        -- without statements the ratio is the number of questions
        coach_question_count::numeric / greatest(coach_statement_count, 1) as question_to_statement_ratio
    from counts
)

select * from final
