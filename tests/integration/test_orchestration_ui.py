"""Runs that an operator starts in the Dagster UI: all assets, a single check, a job with options."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.assets.computed_dates import KEY
from dagster_pipelines.options import run_config
from dagster_pipelines.state.compute_requests import open_requests
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id

COACH, CLIENT = new_id(), new_id()
TODAY = datetime.now(UTC).date()
CHECK = dg.AssetCheckKey(dg.AssetKey(["ai_backend", "risk_factors"]), "assert_contributions_sum_to_the_score")


@pytest.fixture(scope="module")
def everything(built_database_url: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run of "Materialize all" in the asset graph, with the latest partition."""
    with connect() as connection:
        insert(connection, "public.coach_clients", coach_id=COACH, client_id=CLIENT, status="active")
        said = [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I will call them.")]
        add_session(
            connection,
            said,
            coach_id=COACH,
            client_id=CLIENT,
            session_date=date(2026, 11, 1),
            completed_at=datetime.now(UTC),
        )
    return all_assets_job().execute_in_process(instance=instance, tags={"dagster/partition": str(TODAY)})


def all_assets_job() -> dg.JobDefinition:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    return defs.resolve_implicit_global_asset_job_def()


def scalar(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_materialize_all__computes_everything_and_the_partition(
    everything: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    assert everything.success
    assert str(TODAY) in instance.get_materialized_partitions(KEY)
    with connect() as connection:
        assert scalar(connection, "select count(*) from ai_backend.session_analytics") == 1
        assert scalar(connection, "select max(as_of_date) from ai_backend.risk_scores") == TODAY


def test_materialize_all__reports_every_check(everything: dg.ExecuteInProcessResult) -> None:
    reported = {check.asset_check_key for check in everything.get_asset_check_evaluations()}
    assert everything.job_def.asset_layer.asset_graph.asset_check_keys - reported == set()
    assert everything.get_asset_observation_events() == []


def test_jobs__run_in_one_process() -> None:
    """A process per step would cost more than the step."""
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    jobs = defs.get_repository_def().get_all_jobs()
    assert {job.executor_def.name for job in jobs} == {"in_process"}


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("is_valid", [True, False])
def test_check__can_be_run_alone(instance: dg.DagsterInstance, is_valid: bool) -> None:
    with connect() as connection:
        if not is_valid:
            connection.execute("update ai_backend.risk_scores set risk_score = risk_score + 1")
        job = all_assets_job().get_subset(asset_selection=set(), asset_check_selection={CHECK})
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        if not is_valid:
            connection.execute("update ai_backend.risk_scores set risk_score = risk_score - 1")
    assert result.success == is_valid
    assert [(c.asset_check_key, c.passed) for c in result.get_asset_check_evaluations()] == [
        (CHECK, is_valid)
    ]


@pytest.mark.usefixtures("everything")
def test_single_stage__does_not_claim_a_compute_request(instance: dg.DagsterInstance) -> None:
    with connect() as connection:
        insert(
            connection, "analytics_api.compute_requests", task_id=new_id(), coach_id=COACH, client_id=CLIENT
        )
        assert run_job("compute_risk_scores", instance, run_config(as_of=str(TODAY))).success
        (request,) = open_requests(connection)
        assert (request.attempts, request.run_id) == (0, None)
        assert run_job("compute_session_analytics", instance, run_config(pending_only=True)).success
        assert open_requests(connection) == []


def test_options__are_described_in_the_launchpad() -> None:
    from dagster_pipelines.options import RunOptions  # noqa: PLC0415

    shape: Any = RunOptions.to_config_schema().as_field().config_type
    assert [name for name, field in shape.fields.items() if not field.description] == []


@pytest.mark.parametrize("options", [{"asof": "2026-11-20"}, {"as_of": 20261120}, {"rebuild": "yes"}])
def test_options__invalid_ones_are_rejected_before_the_run(options: dict[str, Any]) -> None:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    job = defs.resolve_job_def("compute_client_analytics")
    with pytest.raises(dg.DagsterInvalidConfigError, match=r"root:resources:options:config"):
        dg.validate_run_config(job, run_config(**options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"as_of": "2026-11-31"}, "as_of is '2026-11-31', but must be a date (2026-11-22), a range"),
        (
            {"pending_only": True, "changed_since": "2026-11-22T08:00:00"},
            "changed_since is '2026-11-22T08:00:00', but must be a timestamp with a UTC offset",
        ),
    ],
)
@pytest.mark.usefixtures("everything")
def test_options__an_invalid_value_fails_the_run_with_the_expected_format(
    instance: dg.DagsterInstance, options: dict[str, Any], message: str
) -> None:
    result = run_job("compute_session_analytics", instance, run_config(**options))
    assert not result.success
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert message in error.message
