"""What a person starts in the Dagster UI: everything, one check, a job with options of their own."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster._core.storage.tags import PARTITION_NAME_TAG

from dagster_pipelines.assets.computed_dates import KEY
from dagster_pipelines.options import run_config
from dagster_pipelines.state.compute_requests import open_requests
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id

COACH, CLIENT = new_id(), new_id()
DAY = datetime.now(UTC).date()
CHECK = dg.AssetCheckKey(dg.AssetKey(["ai_backend", "risk_factors"]), "assert_contributions_sum_to_the_score")


@pytest.fixture(scope="module")
def everything(built_database_url: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The button "Materialize all" of the asset graph, with the latest day of the calendar."""
    with connect() as connection:
        insert(connection, "public.coach_clients", coach_id=COACH, client_id=CLIENT, status="active")
        said = [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I will call them.")]
        moment = datetime.now(UTC)
        add_session(
            connection,
            said,
            coach_id=COACH,
            client_id=CLIENT,
            session_date=date(2026, 11, 1),
            completed_at=moment,
        )
    return job_of_assets().execute_in_process(instance=instance, tags={PARTITION_NAME_TAG: str(DAY)})


def job_of_assets() -> dg.JobDefinition:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    return defs.resolve_implicit_global_asset_job_def()


def scalar(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_materialize_all__computes_everything_and_marks_the_day(
    everything: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    assert everything.success
    assert str(DAY) in instance.get_materialized_partitions(KEY)
    with connect() as connection:
        assert scalar(connection, "select count(*) from ai_backend.session_analytics") == 1
        assert scalar(connection, "select max(as_of_date) from ai_backend.risk_scores") == DAY


def test_materialize_all__shows_the_result_of_every_check(everything: dg.ExecuteInProcessResult) -> None:
    told = {check.asset_check_key for check in everything.get_asset_check_evaluations()}
    assert everything.job_def.asset_layer.asset_graph.asset_check_keys - told == set()
    assert everything.get_asset_observation_events() == []


def test_every_run__needs_one_process() -> None:
    """A process for each step would cost more than the step, and whoever waits for the run pays for it."""
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    jobs = defs.get_repository_def().get_all_jobs()
    assert {job.executor_def.name for job in jobs} == {"in_process"}


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("is_sound", [True, False])
def test_check__that_a_person_runs_alone_is_run(instance: dg.DagsterInstance, is_sound: bool) -> None:
    with connect() as connection:
        if not is_sound:
            connection.execute("update ai_backend.risk_scores set risk_score = risk_score + 1")
        job = job_of_assets().get_subset(asset_selection=set(), asset_check_selection={CHECK})
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        if not is_sound:
            connection.execute("update ai_backend.risk_scores set risk_score = risk_score - 1")
    assert result.success == is_sound
    assert [(c.asset_check_key, c.passed) for c in result.get_asset_check_evaluations()] == [
        (CHECK, is_sound)
    ]


@pytest.mark.usefixtures("everything")
def test_single_stage__leaves_a_coach_s_request_to_the_run_that_can_answer_it(
    instance: dg.DagsterInstance,
) -> None:
    with connect() as connection:
        insert(
            connection, "analytics_api.compute_requests", task_id=new_id(), coach_id=COACH, client_id=CLIENT
        )
        assert run_job("compute_risk_scores", instance, run_config(as_of=str(DAY))).success
        (request,) = open_requests(connection)
        assert (request.attempts, request.run_id) == (0, None)
        assert run_job("compute_session_analytics", instance, run_config(pending_only=True)).success
        assert open_requests(connection) == []


def test_options__are_explained_in_the_launchpad() -> None:
    from dagster_pipelines.options import RunOptions  # noqa: PLC0415

    shape: Any = RunOptions.to_config_schema().as_field().config_type
    assert [name for name, field in shape.fields.items() if not field.description] == []


@pytest.mark.parametrize("given", [{"asof": "2026-11-20"}, {"as_of": 20261120}, {"rebuild": "yes"}])
def test_options__that_are_none_are_refused_before_the_run(given: dict[str, Any]) -> None:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    job = defs.resolve_job_def("compute_client_analytics")
    with pytest.raises(dg.DagsterInvalidConfigError, match=r"root:resources:options:config"):
        dg.validate_run_config(job, run_config(**given))


def test_as_of__that_is_no_day_says_what_it_must_be(instance: dg.DagsterInstance) -> None:
    result = run_job("compute_risk_scores", instance, run_config(as_of="2026-11-31"))
    assert not result.success
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert "as_of is '2026-11-31', but must be a date (2026-11-22), a range" in error.message
