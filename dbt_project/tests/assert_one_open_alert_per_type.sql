-- A pair has at most one open alert per alert type.
select
    coach_id,
    client_id,
    alert_type
from {{ ref('risk_alert_episodes') }}
where resolved_date is null
group by coach_id, client_id, alert_type
having count(*) > 1
