-- Sessions with analytics whose job is deleted or no longer completed
select analytics.job_id, 'gone', analytics.coach_id, analytics.client_id, 0
from ai_backend.session_analytics as analytics
left join analytics_staging.stg_ai_backend__transcription_jobs as jobs
    on analytics.job_id = jobs.job_id and jobs.status = 'completed'
where jobs.job_id is null
order by analytics.job_id
