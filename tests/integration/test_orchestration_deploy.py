"""Validity of the files in deploy/. No image is built."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from compose_spec import PyCompose
from dagster import DagsterInstance

from tests.support.databases import fresh_database

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_dockerfile__passes_hadolint() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    result = subprocess.run(
        [hadolint, DEPLOY / "docker/Dockerfile"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_compose__is_valid_and_references_existing_services() -> None:
    # the parser of the Compose specification does not resolve YAML merge keys
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


def test_compose__publishes_ports_on_the_loopback_interface_only() -> None:
    content = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
    ports = [port for service in content["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@dg.op
def succeed() -> None:
    pass


@dg.job
def example() -> None:
    succeed()


@pytest.mark.parametrize("path", ["dagster-local.yaml", "dagster.yaml"])
def test_dagster_yaml__configures_an_instance(
    path: str, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dagster.yaml").write_text((DEPLOY / path).read_text())
    with fresh_database(server_url) as storage:
        monkeypatch.setenv("DAGSTER_DATABASE_URL", storage)
        with DagsterInstance.from_config(str(tmp_path)) as instance:
            assert type(instance.run_coordinator).__name__ == "QueuedRunCoordinator"
            assert instance.run_monitoring_enabled
            assert not instance.telemetry_enabled
            assert instance.get_settings("concurrency")["runs"]["tag_concurrency_limits"] == [
                {"key": "warehouse_writer", "limit": 1}
            ]
            assert example.execute_in_process(instance=instance).success
            (run,) = instance.get_runs()
            assert instance.all_logs(run.run_id, dg.DagsterEventType.RUN_SUCCESS)


def test_dagster_yaml__of_production_differs_in_storage_only() -> None:
    local, production = (
        yaml.safe_load((ROOT / p).read_text()) for p in ("deploy/dagster-local.yaml", "deploy/dagster.yaml")
    )
    assert production.pop("storage")
    assert production == local


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda unit: unit.name)
def test_systemd_unit__runs_an_installed_command(unit: Path) -> None:
    entries: dict[str, Any] = dict(
        line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0].isupper()
    )
    wrapper, _, command = entries["ExecStart"].partition(" exec -- ")
    assert Path(wrapper).name == "warehouse"
    assert (Path(sys.executable).parent / command.split()[0]).exists()
    for key in ("User", "WorkingDirectory", "EnvironmentFile", "Restart", "WantedBy"):
        assert entries[key], key
