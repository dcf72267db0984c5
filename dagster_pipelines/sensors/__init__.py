"""What starts runs by itself, and what tells of them."""

from dagster_pipelines.sensors.notifications import alert_deliveries, failed_runs
from dagster_pipelines.sensors.triggers import completed_sessions, compute_requests, nightly_catch_up

ALL_SENSORS = [completed_sessions, compute_requests, nightly_catch_up, alert_deliveries, failed_runs]
