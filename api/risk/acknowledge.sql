-- one row per alert: its acknowledgement. A repeated request keeps the first timestamp, and the notes unless new ones
-- are given; an alert that has become urgent since is acknowledged again.
insert into analytics_api.alert_acknowledgements as existing (
    alert_id, coach_id, client_id, acknowledged_at, notes, severity_at_acknowledgement
)
select
    id,
    coach_id,
    client_id,
    %(now)s::timestamptz,
    %(notes)s::text,
    severity
from ai_backend.risk_alerts
where coach_id = %(coach_id)s and id = %(alert_id)s
on conflict (coach_id, alert_id) do update
    set
        acknowledged_at = case
            when existing.severity_at_acknowledgement = 'warning' and excluded.severity_at_acknowledgement = 'urgent'
                then excluded.acknowledged_at
            else existing.acknowledged_at
        end,
        severity_at_acknowledgement = case
            when existing.severity_at_acknowledgement = 'warning' then excluded.severity_at_acknowledgement
            else existing.severity_at_acknowledgement
        end,
        notes = coalesce(excluded.notes, existing.notes)
