-- The same, among sessions without analytics and those whose job or transcript was written since a timestamp
with candidates as (
    select jobs.job_id
    from analytics_staging.stg_ai_backend__transcription_jobs as jobs
    left join ai_backend.session_analytics as analytics on jobs.job_id = analytics.job_id
    where
        jobs.status = 'completed'
        and (
            analytics.job_id is null
            or jobs.updated_at >= %(since)s
            or jobs.job_id in (select job_id from ai_backend.transcripts where created_at >= %(since)s)
        )
),

-- looked up by key, as the macro selected_sessions does: a join would scan all sessions
spine as (
    select found.*
    from candidates
    cross join lateral (
        select * from analytics_intermediate.int_sessions__spine as sessions
        where sessions.job_id = candidates.job_id offset 0
    ) as found
)

select spine.job_id, spine.source_revision, spine.coach_id, spine.client_id, coalesce(quarantined.attempts, 0)
from spine
left join ai_backend.session_analytics as analytics on spine.job_id = analytics.job_id
left join operations.quarantined_sessions as quarantined
    on spine.job_id = quarantined.job_id and spine.source_revision = quarantined.source_revision
where
    (analytics.job_id is null or analytics.source_revision <> spine.source_revision)
    and (quarantined.job_id is null or not quarantined.is_quarantined or quarantined.next_attempt_at <= now())
order by spine.job_id
