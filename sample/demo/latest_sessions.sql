select
    session_date,
    total_duration_seconds / 60 as minutes,
    coach_talk_percentage,
    client_talk_percentage,
    coach_question_count,
    engagement_score,
    client_sentiment_score,
    array_to_string(quality_warnings, ', ') as warnings
from ai_backend.session_analytics
where coach_id = %(coach_id)s
order by session_date desc, completed_at desc, job_id desc
limit 8
