update operations.alert_deliveries set
    last_error = %(error)s,
    next_attempt_at = case when attempts < %(max_attempts)s then next_attempt_at end
where delivery_id = %(delivery_id)s
