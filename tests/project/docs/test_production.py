"""docs/how-to/run-in-production.md: named files are in deploy/, and commands are executed where possible."""

import re
import subprocess
from pathlib import Path

import psycopg
import yaml

from tests.project.docs import pages
from tests.project.docs.shell import Shell
from tests.project.docs.test_console import environment, lines
from tests.support.databases import fresh_database
from warehouse.paths import PROJECT_DIR

PAGE = pages.DOCS / "how-to" / "run-in-production.md"
DEPLOY = PROJECT_DIR / "deploy"
UNITS = {unit.stem: unit.read_text(encoding="utf-8") for unit in (DEPLOY / "systemd").glob("*.service")}
COMPOSE = (DEPLOY / "docker-compose.yml").read_text(encoding="utf-8")


def test_compose_file__requires_the_documented_variables() -> None:
    (line,) = lines(PAGE, "docker compose")
    (file,) = re.findall(r"-f (\S+)", line)
    assert PROJECT_DIR / file == DEPLOY / "docker-compose.yml"
    (named,) = re.findall(r"`\.env` holds (.+?)\.", pages.text(PAGE))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    assert set(re.findall(r"`([A-Z_]+)`", named)) == required | {"SUPABASE_JWT_SECRET", "SUPABASE_JWKS_URL"}


def test_services__depend_on_the_migrations() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    others = set(services) - {"postgres", "migrate"}
    assert {f"coaching-{name}" for name in others} == set(UNITS)
    assert all("migrate" in services[name]["depends_on"] for name in others)


def test_units__are_enabled() -> None:
    (line,) = lines(PAGE, "sudo systemctl enable --now")
    assert sorted(line.split()[4:]) == sorted(UNITS)


def test_units__use_the_documented_paths() -> None:
    for directive in (
        "User=coaching",
        "WorkingDirectory=/opt/coaching-analytics",
        "EnvironmentFile=/etc/coaching-analytics.env",
        "DAGSTER_HOME=/var/lib/coaching-analytics",
    ):
        assert directive.split("=")[1] in pages.text(PAGE)
        assert [name for name, unit in UNITS.items() if directive not in unit] == []


def test_install_commands__copy_all_files(tmp_path: Path) -> None:
    for line in lines(PAGE, "sudo install"):
        command = re.sub(r" (/(?:var|etc)/)", rf" {tmp_path}\1", line.removeprefix("sudo "))
        subprocess.run(["bash", "-c", command], cwd=PROJECT_DIR, check=True)
    installed = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert installed == {"var/lib/coaching-analytics/dagster.yaml"} | {
        f"etc/systemd/system/{name}.service" for name in UNITS
    }


def test_set_up_commands__migrate_the_database(server_url: str) -> None:
    with fresh_database(server_url) as url:
        shell = Shell(environment(DATABASE_URL=url), {})
        for line in [*lines(PAGE, "make setup"), *lines(PAGE, ".venv/bin/warehouse")]:
            shell.run(line)
        with psycopg.connect(url) as connection:
            assert connection.execute(
                "select to_regclass('operations.computed_dates') is not null"
            ).fetchone() == (True,)
