-- Claim the delivery that is due first. Its next attempt is scheduled at once (after 15 seconds, doubling up to six
-- hours), so a crash delays the delivery but never loses it.
update operations.alert_deliveries set
    attempts = attempts + 1,
    next_attempt_at = now() + least(power(2, attempts) * 15, 21600) * interval '1 second'
where delivery_id = (
    select delivery_id from operations.alert_deliveries
    where next_attempt_at <= now()
    order by next_attempt_at, delivery_id
    limit 1
    for update skip locked
)
returning delivery_id, alert_id, event, coach_id, client_id, alert_type, severity, opened_date
