"""A failed run is reported to the operator in the log and by the failure webhook, without any data."""

import json
from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_pipelines.options import run_config
from dagster_pipelines.sensors.notifications import failed_runs
from dagster_pipelines.state.write_lock import hold_write_lock
from tests.support.orchestration import run_job
from tests.support.webhooks import Receiver

LIVE = "compute_session_analytics"
REASON = "another run is writing the marts"


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    receiver = Receiver()
    with receiver.listening() as url:
        monkeypatch.setenv("FAILURE_WEBHOOK_URL", url)
        yield receiver


@pytest.fixture(scope="module")
def failed(database_url: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run that failed because it could not acquire the write lock."""
    with pytest.MonkeyPatch.context() as patch, hold_write_lock(0):
        patch.setenv("PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS", "0")
        result = run_job(LIVE, instance, run_config())
    assert not result.success
    return result


def log_of(
    failed: dg.ExecuteInProcessResult, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> str:
    """Evaluate the sensor for the failed run and return its log."""
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=failed.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=failed.dagster_run,
    ).for_run_failure()
    context.log.addHandler(caplog.handler)
    failed_runs(context)
    return caplog.text


def test_failed_runs__log_and_post_ids_steps_and_reasons(
    failed: dg.ExecuteInProcessResult,
    instance: dg.DagsterInstance,
    operator: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    logged = log_of(failed, instance, caplog)
    assert f"Run {failed.run_id} of {LIVE} failed: " in logged
    assert REASON in logged

    posted = json.loads(operator.received[0][1])
    assert set(posted) == {"event", "job", "run_id", "steps"}
    assert (posted["event"], posted["job"], posted["run_id"]) == ("run_failed", LIVE, failed.run_id)
    assert posted["steps"]
    assert all(REASON in reason for reason in posted["steps"].values())


def test_failed_runs__an_error_of_the_receiver_does_not_fail_the_sensor(
    failed: dg.ExecuteInProcessResult,
    instance: dg.DagsterInstance,
    operator: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    operator.status = 500
    assert REASON in log_of(failed, instance, caplog)
    assert len(operator.received) == 1


def test_failed_runs__are_logged_when_the_receiver_is_unavailable(
    failed: dg.ExecuteInProcessResult,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("FAILURE_WEBHOOK_URL", "http://127.0.0.1:1/")
    assert REASON in log_of(failed, instance, caplog)
