-- What a coach notes about a client is nobody else's: analysts see that an alert was acknowledged, not the words.
revoke select on analytics_api.alert_acknowledgements from warehouse_analyst;
grant select (alert_id, coach_id, client_id, acknowledged_at, severity_at_acknowledgement)
on analytics_api.alert_acknowledgements to warehouse_analyst;

-- With its caller's rights: the view risk_alerts has the notes as a column, which analysts therefore can't select.
create function analytics_api.acknowledgement_notes(of_coach_id uuid, of_alert_id uuid) returns text
language sql stable
as $$
    select notes
    from analytics_api.alert_acknowledgements
    where coach_id = of_coach_id and alert_id = of_alert_id
$$;
comment on function analytics_api.acknowledgement_notes is 'What the coach noted about an alert; refused to analysts.';
