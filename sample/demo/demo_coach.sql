-- The demo coach; without sessions of it the coach with the most sessions
select coach_id from ai_backend.session_analytics
group by coach_id
order by coach_id = %(demo_coach_id)s desc, count(*) desc, coach_id
limit 1
