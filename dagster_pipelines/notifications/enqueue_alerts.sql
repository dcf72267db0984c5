-- Insert a delivery for each pending alert that opened, or whose severity became urgent, since the last call
insert into operations.alert_deliveries
    (alert_id, event, coach_id, client_id, alert_type, severity, opened_date)
select
    alerts.id,
    case
        when
            alerts.severity = 'urgent'
            and exists (
                select from operations.alert_deliveries as sent
                where sent.alert_id = alerts.id and sent.severity <> 'urgent'
            ) then 'escalated'
        else 'opened'
    end,
    alerts.coach_id,
    alerts.client_id,
    alerts.alert_type,
    alerts.severity,
    alerts.opened_date
from ai_backend.risk_alerts as alerts
where alerts.status = 'pending' and not alerts.is_muted
on conflict (alert_id, event) do nothing
