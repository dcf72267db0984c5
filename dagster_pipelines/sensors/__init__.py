"""What starts runs by itself, and what tells of them."""

from dagster_pipelines.sensors.outside import alert_deliveries, failed_runs
from dagster_pipelines.sensors.work import completed_sessions, compute_requests, nightly_stragglers

ALL_SENSORS = [completed_sessions, compute_requests, nightly_stragglers, alert_deliveries, failed_runs]
