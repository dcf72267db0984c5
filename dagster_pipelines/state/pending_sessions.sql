-- Completed sessions whose current revision is not computed
select spine.job_id, spine.source_revision, spine.coach_id, spine.client_id, coalesce(quarantined.attempts, 0)
from analytics_intermediate.int_sessions__spine as spine
left join ai_backend.session_analytics as analytics on spine.job_id = analytics.job_id
left join operations.quarantined_sessions as quarantined
    on spine.job_id = quarantined.job_id and spine.source_revision = quarantined.source_revision
where
    (analytics.job_id is null or analytics.source_revision <> spine.source_revision)
    and (quarantined.job_id is null or not quarantined.is_quarantined or quarantined.next_attempt_at <= now())
order by spine.job_id
