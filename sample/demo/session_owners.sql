-- whether there are sessions, and whether there are sessions of the demo coach
select
    exists (select from ai_backend.transcription_jobs) as has_sessions,
    exists (
        select from ai_backend.transcription_jobs where coach_id = %(demo_coach_id)s
    ) as has_demo_sessions
