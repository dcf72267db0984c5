-- one row per alert type and severity: number of alerts in both builds and in common
select
    alert_type,
    severity,
    count(baseline.severity_date) as baseline,
    count(changed.severity_date) as changed,
    count(*) filter (where baseline.severity_date is not null and changed.severity_date is not null) as in_both
from {schema}.baseline_alerts as baseline
full join {schema}.int_alerts__episodes as changed
    using (coach_id, client_id, alert_type, opened_date, severity)
group by alert_type, severity
order by alert_type, severity desc
