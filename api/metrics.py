"""What Prometheus may ask: counts and times of requests, by route, never by person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """One service's figures, in a registry of its own so that two services in one process don't mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "analytics_api_requests",
            "Answered requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "analytics_api_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "analytics_api_requests_in_flight", "Requests being answered.", registry=self.registry
        )
        self.refused = Counter(
            "analytics_api_refused", "Requests refused at the door.", ["reason"], registry=self.registry
        )
        self.database_errors = Counter(
            "analytics_api_database_errors", "Failed database calls.", ["kind"], registry=self.registry
        )

    def text(self) -> bytes:
        """The exposition format that Prometheus scrapes."""
        return generate_latest(self.registry)
