-- one row per kind of alert and severity: how many there are as it is and what if, and how many of them are the same
select
    alert_type,
    severity,
    count(as_it_is.severity_date) as as_it_is,
    count(what_if.severity_date) as what_if,
    count(*) filter (where as_it_is.severity_date is not null and what_if.severity_date is not null) as in_both
from {schema}.alerts_as_it_is as as_it_is
full join {schema}.int_alerts__episodes as what_if
    using (coach_id, client_id, alert_type, opened_date, severity)
group by alert_type, severity
order by alert_type, severity desc
