"""The files in deploy/ are checked by linters: nothing is built here."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from dagster import DagsterInstance
from dagster._core.instance.config import dagster_instance_config

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_dockerfile__pleases_hadolint() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    result = subprocess.run(
        [hadolint, DEPLOY / "docker/Dockerfile"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_compose__keeps_to_the_specification_and_names_what_exists() -> None:
    # merge keys are YAML's own; the specification's parser wants them resolved
    content = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
    compose = PyCompose.from_yaml(yaml.safe_dump(content))
    for check in (
        compose.validate,
        compose.validate_networks,
        compose.validate_volumes,
        compose.validate_configs,
        compose.validate_secrets,
    ):
        check()
    assert set(compose.service_names()) == {"postgres", "migrate", "code", "daemon", "webserver", "api"}
    for name, service in content["services"].items():
        assert set(service.get("depends_on", {})) <= set(content["services"]), name


def test_compose__publishes_nothing_beyond_this_machine() -> None:
    content = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
    ports = [port for service in content["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("path", ["deploy/dagster-local.yaml", "deploy/dagster.yaml"])
def test_dagster_yaml__is_what_dagster_understands(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster.yaml").write_text((ROOT / path).read_text())
    monkeypatch.setenv("DAGSTER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["telemetry"] == {"enabled": False}
    assert config["concurrency"]["runs"]["tag_concurrency_limits"] == [
        {"key": "warehouse_writer", "limit": 1}
    ]
    if path == "deploy/dagster-local.yaml":
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
            assert instance.run_monitoring_enabled


def test_dagster_yaml__production_differs_in_storage_only() -> None:
    local, production = (
        yaml.safe_load((ROOT / p).read_text()) for p in ("deploy/dagster-local.yaml", "deploy/dagster.yaml")
    )
    assert production.pop("storage")
    assert production == local


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda unit: unit.name)
def test_systemd_unit__names_commands_of_this_environment(unit: Path) -> None:
    entries: dict[str, Any] = dict(
        line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0].isupper()
    )
    wrapper, _, command = entries["ExecStart"].partition(" exec -- ")
    assert Path(wrapper).name == "warehouse"
    assert (Path(sys.executable).parent / command.split()[0]).exists()
    for needed in ("User", "WorkingDirectory", "EnvironmentFile", "Restart", "WantedBy"):
        assert entries[needed], needed
