"""Schemathesis: generated valid and invalid requests find no violation of the OpenAPI document."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import owned_ids
from tests.api.service import API_KEY, PREFIX, Service
from tests.api.tokens import hs256

# JSON schema cannot express these rules: from_date is not after to_date, warning comes before critical,
# least_alert_severity equals min_alert_severity.
CONFIG = """
[[operations]]
include-name = ["GET {prefix}/clients/{{client_id}}/sessions", "PUT {prefix}/coach/settings"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 404, 422]
"""
IDS = """
[parameters]
"path.client_id" = "{client_id}"
"path.job_id" = "{job_id}"
"path.alert_id" = "{alert_id}"
"""
SUMMARY = re.compile(r"=+ SUMMARY =+")


@pytest.mark.parametrize("ids", ["any", "the coach's own"])
def test_service__conforms_to_the_openapi_document(
    service: Service,
    owner: Owner,
    tmp_path: Path,
    ids: str,
    record_property: Callable[[str, object], None],
) -> None:
    own = owned_ids(owner, DEMO_COACH_ID)
    config = tmp_path / "schemathesis.toml"
    config.write_text((IDS.format(**vars(own)) if ids != "any" else "") + CONFIG.format(prefix=PREFIX))
    result = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            "--config-file",
            config,
            "run",
            f"{service.base_url}/openapi.json",
            "--header",
            f"X-API-Key: {API_KEY}",
            "--header",
            f"Authorization: Bearer {hs256(UUID(str(own.coach_id)), exp=4_000_000_000)}",
            "--max-examples",
            "15",
            "--seed",
            "1",
            "--continue-on-failure",
            "--no-color",
            "--warnings",
            "off",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:]
    record_property("summary", SUMMARY.split(result.stdout)[-1].strip())
    assert "17 selected / 17 total" in result.stdout
    assert not service.log_lines("unhandled exception")
