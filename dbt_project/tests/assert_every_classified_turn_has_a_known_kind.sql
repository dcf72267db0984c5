-- What a coach says is an open question, a closed one, or a statement; asked of the sums, which are there already.
select
    job_id,
    judged_coach_turns
from {{ ref('int_sessions__metrics') }}
where judged_coach_turns <> open_question_count + closed_question_count + coach_statement_count
