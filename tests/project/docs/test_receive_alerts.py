"""docs/how-to/receive-alerts.md: the Python receiver verifies real deliveries; the sample body is current."""

import json
import sys
from pathlib import Path

import pytest

from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import connect
from tests.api.service import free_port
from tests.project.docs import pages
from tests.support.webhooks import Receiver, add_delivery, check_receiver

PAGE = pages.DOCS / "how-to" / "receive-alerts.md"
SECRET = "whsec_ZG9jdW1lbnRlZCBzZWNyZXQgb2YgdGhlIHRlc3Rz"


@pytest.mark.usefixtures("database_url")
def test_python_receiver__accepts_signed_deliveries_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = pages.blocks(PAGE, "python")
    (tmp_path / "receiver.py").write_text(code)
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    (documented,) = (line for line in pages.console_lines(PAGE) if line.startswith("uvicorn "))
    port = free_port()
    _, *arguments = documented.replace("9000", str(port)).split()
    command: list[str | Path] = [Path(sys.executable).parent / "uvicorn", *arguments]
    with connect() as connection:
        check_receiver(connection, command, tmp_path, f"http://127.0.0.1:{port}/alerts", SECRET)


@pytest.mark.usefixtures("database_url")
def test_sample_body__has_the_fields_of_a_delivery() -> None:
    (sample,) = pages.blocks(PAGE, "json")
    receiver = Receiver()
    with connect() as connection, receiver.listening() as url:
        add_delivery(connection)
        outbox.deliver(connection, PipelineSettings(alert_webhook_url=url, alert_webhook_secret=SECRET))
    (_, body), *_ = receiver.received
    assert list(json.loads(sample)) == list(json.loads(body))
