-- one row per alert: what the coach says about it. Said again, the first time stays, and the notes unless there are
-- new ones; said of an alert that has grown urgent since, it is said anew.
insert into analytics_api.alert_acknowledgements as recorded (
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
            when recorded.severity_at_acknowledgement = 'warning' and excluded.severity_at_acknowledgement = 'urgent'
                then excluded.acknowledged_at
            else recorded.acknowledged_at
        end,
        severity_at_acknowledgement = case
            when recorded.severity_at_acknowledgement = 'warning' then excluded.severity_at_acknowledgement
            else recorded.severity_at_acknowledgement
        end,
        notes = coalesce(excluded.notes, recorded.notes)
