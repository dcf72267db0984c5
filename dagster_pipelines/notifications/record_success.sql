update operations.alert_deliveries set delivered_at = now(), next_attempt_at = null, last_error = null
where delivery_id = %(delivery_id)s
