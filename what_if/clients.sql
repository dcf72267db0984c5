-- one row per client whose score or alerts differ on any date
with scores as (
    select
        coach_id,
        client_id,
        as_of_date,
        baseline.risk_score as baseline_score,
        changed.risk_score as changed_score,
        baseline.risk_level as baseline_level,
        changed.risk_level as changed_level,
        baseline.is_at_risk as baseline_is_at_risk,
        changed.is_at_risk as changed_is_at_risk,
        as_of_date = max(as_of_date) over (partition by coach_id, client_id) as is_last
    from {schema}.baseline_scores as baseline
    inner join {schema}.risk_scores as changed using (coach_id, client_id, as_of_date)
),

clients as (
    select
        client_id,
        max(baseline_score) filter (where is_last) as baseline_score,
        max(changed_score) filter (where is_last) as changed_score,
        max(baseline_level) filter (where is_last) as baseline_level,
        max(changed_level) filter (where is_last) as changed_level,
        count(*) filter (where baseline_is_at_risk) as baseline_days_at_risk,
        count(*) filter (where changed_is_at_risk) as changed_days_at_risk,
        count(*) filter (where baseline_score <> changed_score) as dates_with_another_score
    from scores
    group by client_id
),

alerts as (
    select
        client_id,
        count(baseline.opened_date) as baseline_alerts,
        count(changed.opened_date) as changed_alerts,
        bool_or(baseline is distinct from changed) as has_other_alerts
    from {schema}.baseline_alerts as baseline
    full join {schema}.int_alerts__episodes as changed using (coach_id, client_id, alert_type, opened_date)
    group by client_id
)

select
    clients.client_id,
    clients.baseline_level,
    clients.changed_level,
    clients.baseline_score,
    clients.changed_score,
    clients.baseline_days_at_risk,
    clients.changed_days_at_risk,
    coalesce(alerts.baseline_alerts, 0) as baseline_alerts,
    coalesce(alerts.changed_alerts, 0) as changed_alerts
from clients
left join alerts on clients.client_id = alerts.client_id
where clients.dates_with_another_score > 0 or alerts.has_other_alerts
order by clients.changed_score - clients.baseline_score desc, clients.client_id
