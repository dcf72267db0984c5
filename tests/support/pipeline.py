"""Computes everything for a date, as the pipeline does, without Dagster: input, detector, marts."""

from tests.support.dbt import dbt


def compute(database_url: str, as_of: str) -> str:
    """Build all models with all their data and unit tests; what dbt printed last."""
    return dbt(database_url, "build", variables={"as_of": as_of})
