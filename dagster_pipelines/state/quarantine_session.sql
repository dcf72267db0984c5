-- Attempts count from one again when the source data have changed. The delay doubles with each failed attempt.
insert into operations.quarantined_sessions as known
    (job_id, coach_id, client_id, source_revision, attempts, reason, next_attempt_at)
select
    %(job_id)s, %(coach_id)s, %(client_id)s, %(source_revision)s, 1, %(reason)s,
    case when %(max_attempts)s > 1 then now() + %(retry_seconds)s * interval '1 second' end
on conflict (job_id) do update set
    source_revision = excluded.source_revision,
    attempts = case when known.source_revision = excluded.source_revision then known.attempts + 1 else 1 end,
    reason = excluded.reason,
    is_quarantined = true,
    last_failed_at = now(),
    first_failed_at = case
        when known.source_revision = excluded.source_revision then known.first_failed_at else now()
    end,
    next_attempt_at = case
        when known.source_revision <> excluded.source_revision then excluded.next_attempt_at
        when known.attempts + 1 < %(max_attempts)s
            then now() + %(retry_seconds)s * power(2, known.attempts) * interval '1 second'
    end
returning next_attempt_at
