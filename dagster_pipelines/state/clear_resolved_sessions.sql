delete from operations.quarantined_sessions as quarantined
using ai_backend.session_analytics as analytics
where
    quarantined.job_id = analytics.job_id
    and quarantined.source_revision = analytics.source_revision
    and not quarantined.is_quarantined
