"""dbt within this process: a call must not cost more than the one before it."""

from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS

from dagster_pipelines.dbt.runner import invoke
from tests.support.project import NOWHERE, project
from warehouse.connection import temporary_environment, temporary_variables


def test_invoke__leaves_dbts_list_of_flags_as_it_was() -> None:
    lengths = set()
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        for _ in range(3):
            assert invoke(["list", "--select", "session_analytics"], {}, project().manifest).success
            lengths.add(len(DEFAULT_BASE_BEHAVIOR_FLAGS))
    assert len(lengths) == 1
