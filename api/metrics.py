"""Prometheus metrics. Labels never identify a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Metrics in a separate registry, so that several services can run in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "analytics_api_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "analytics_api_request_seconds",
            "Request duration in seconds.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "analytics_api_requests_in_flight", "Requests in progress.", registry=self.registry
        )
        self.rejected_requests = Counter(
            "analytics_api_rejected_requests",
            "Requests rejected before routing.",
            ["reason"],
            registry=self.registry,
        )
        self.database_errors = Counter(
            "analytics_api_database_errors",
            "Failed database operations by exception type.",
            ["kind"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Returns the metrics in the Prometheus text format."""
        return generate_latest(self.registry)
