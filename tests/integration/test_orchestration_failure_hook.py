"""A failed run is told to the operator: a line in the log, and a post to the webhook, without any row."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from dagster_pipelines.options import run_config
from dagster_pipelines.sensors.notifications import failed_runs
from dagster_pipelines.state.write_lock import hold_write_lock
from tests.support.orchestration import run_job

LIVE = "compute_session_analytics"
REASON = "Timeout while another run is writing the marts."


class Operator(HTTPServer):
    """A real receiver that keeps what it was posted and says `status`."""

    status = 204

    def __init__(self) -> None:
        self.received: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self) -> None:
        self.server.received.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    with Operator() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("FAILURE_WEBHOOK_URL", f"http://127.0.0.1:{server.server_address[1]}/")
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def failed(database_url: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run that failed for want of the writers' lock."""
    with pytest.MonkeyPatch.context() as patch, hold_write_lock(0):
        patch.setenv("PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS", "0")
        result = run_job(LIVE, instance, run_config())
    assert not result.success
    return result


def tell(
    failed: dg.ExecuteInProcessResult, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> str:
    """Let the hook hear of the run; what it logged."""
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
    operator: Operator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    logged = tell(failed, instance, caplog)
    assert f"Run {failed.run_id} of {LIVE} failed: " in logged
    assert REASON in logged

    told = json.loads(operator.received[0])
    assert set(told) == {"event", "job", "run_id", "steps"}
    assert (told["event"], told["job"], told["run_id"]) == ("run_failed", LIVE, failed.run_id)
    assert set(told["steps"].values()) == {REASON}


def test_failed_runs__a_receiver_that_fails_does_not_fail_the_hook(
    failed: dg.ExecuteInProcessResult,
    instance: dg.DagsterInstance,
    operator: Operator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    operator.status = 500
    assert REASON in tell(failed, instance, caplog)
    assert len(operator.received) == 1


def test_failed_runs__are_logged_where_no_webhook_answers(
    failed: dg.ExecuteInProcessResult,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("FAILURE_WEBHOOK_URL", "http://127.0.0.1:1/")
    assert REASON in tell(failed, instance, caplog)
