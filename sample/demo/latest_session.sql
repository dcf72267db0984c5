select job_id from ai_backend.session_analytics
where coach_id = %(coach_id)s and total_turns > 0
order by session_date desc, completed_at desc, job_id desc
limit 1
