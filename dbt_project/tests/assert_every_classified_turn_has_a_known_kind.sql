-- Every classified coach utterance is an open question, a closed question or a statement.
select
    job_id,
    classified_coach_turns
from {{ ref('int_sessions__metrics') }}
where classified_coach_turns <> open_question_count + closed_question_count + coach_statement_count
