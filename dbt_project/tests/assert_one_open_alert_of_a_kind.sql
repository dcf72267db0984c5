-- A client has at most one open alert of each kind with a coach.
select
    coach_id,
    client_id,
    alert_type
from {{ ref('risk_alert_episodes') }}
where resolved_date is null
group by coach_id, client_id, alert_type
having count(*) > 1
