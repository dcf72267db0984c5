-- one row per client whose score or alerts would differ on any day
with scores as (
    select
        coach_id,
        client_id,
        as_of_date,
        as_it_is.risk_score as score_as_it_is,
        what_if.risk_score as score_what_if,
        as_it_is.risk_level as level_as_it_is,
        what_if.risk_level as level_what_if,
        as_it_is.is_at_risk as is_at_risk_as_it_is,
        what_if.is_at_risk as is_at_risk_what_if,
        as_of_date = max(as_of_date) over (partition by coach_id, client_id) as is_last
    from {schema}.scores_as_it_is as as_it_is
    inner join {schema}.risk_scores as what_if using (coach_id, client_id, as_of_date)
),

clients as (
    select
        client_id,
        max(score_as_it_is) filter (where is_last) as score_as_it_is,
        max(score_what_if) filter (where is_last) as score_what_if,
        max(level_as_it_is) filter (where is_last) as level_as_it_is,
        max(level_what_if) filter (where is_last) as level_what_if,
        count(*) filter (where is_at_risk_as_it_is) as days_at_risk_as_it_is,
        count(*) filter (where is_at_risk_what_if) as days_at_risk_what_if,
        count(*) filter (where score_as_it_is <> score_what_if) as days_with_another_score
    from scores
    group by client_id
),

alerts as (
    select
        client_id,
        count(as_it_is.opened_date) as alerts_as_it_is,
        count(what_if.opened_date) as alerts_what_if,
        bool_or(as_it_is is distinct from what_if) as has_other_alerts
    from {schema}.alerts_as_it_is as as_it_is
    full join {schema}.int_alerts__episodes as what_if using (coach_id, client_id, alert_type, opened_date)
    group by client_id
)

select
    clients.client_id,
    clients.level_as_it_is,
    clients.level_what_if,
    clients.score_as_it_is,
    clients.score_what_if,
    clients.days_at_risk_as_it_is,
    clients.days_at_risk_what_if,
    coalesce(alerts.alerts_as_it_is, 0) as alerts_as_it_is,
    coalesce(alerts.alerts_what_if, 0) as alerts_what_if
from clients
left join alerts on clients.client_id = alerts.client_id
where clients.days_with_another_score > 0 or alerts.has_other_alerts
order by clients.score_what_if - clients.score_as_it_is desc, clients.client_id
