"""Sensors that start runs, and sensors that send notifications."""

from dagster_pipelines.sensors.notifications import deliver_alerts, failed_runs
from dagster_pipelines.sensors.triggers import completed_sessions, compute_requests, nightly_catch_up

ALL_SENSORS = [completed_sessions, compute_requests, nightly_catch_up, deliver_alerts, failed_runs]
