"""docs/how-to/run-in-production.md: what it names is in deploy/, what can be executed is."""

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


def test_containers__are_started_from_a_file_that_asks_for_what_the_page_names() -> None:
    (typed,) = lines(PAGE, "docker compose")
    (file,) = re.findall(r"-f (\S+)", typed)
    assert PROJECT_DIR / file == DEPLOY / "docker-compose.yml"
    (named,) = re.findall(r"`\.env` holds (.+?)\.", pages.text(PAGE))
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    assert set(re.findall(r"`([A-Z_]+)`", named)) == demanded | {"SUPABASE_JWT_SECRET", "SUPABASE_JWKS_URL"}


def test_containers__wait_for_the_migrations() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    others = set(services) - {"postgres", "migrate"}
    assert {f"coaching-{name}" for name in others} == set(UNITS)
    assert all("migrate" in services[name]["depends_on"] for name in others)


def test_units__are_those_that_are_enabled() -> None:
    (typed,) = lines(PAGE, "sudo systemctl enable --now")
    assert sorted(typed.split()[4:]) == sorted(UNITS)


def test_units__are_where_the_page_says() -> None:
    for place in (
        "User=coaching",
        "WorkingDirectory=/opt/coaching-analytics",
        "EnvironmentFile=/etc/coaching-analytics.env",
        "DAGSTER_HOME=/var/lib/coaching-analytics",
    ):
        assert place.split("=")[1] in pages.text(PAGE)
        assert [name for name, unit in UNITS.items() if place not in unit] == []


def test_files__are_installed_by_the_lines_of_the_page(tmp_path: Path) -> None:
    for typed in lines(PAGE, "sudo install"):
        here = re.sub(r" (/(?:var|etc)/)", rf" {tmp_path}\1", typed.removeprefix("sudo "))
        subprocess.run(["bash", "-c", here], cwd=PROJECT_DIR, check=True)
    installed = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert installed == {"var/lib/coaching-analytics/dagster.yaml"} | {
        f"etc/systemd/system/{name}.service" for name in UNITS
    }


def test_project__is_set_up_by_the_lines_of_the_page(server_url: str) -> None:
    with fresh_database(server_url) as url:
        shell = Shell(environment(DATABASE_URL=url), {})
        for typed in [*lines(PAGE, "make setup"), *lines(PAGE, ".venv/bin/warehouse")]:
            shell.type(typed)
        with psycopg.connect(url) as connection:
            assert connection.execute(
                "select to_regclass('operations.computed_dates') is not null"
            ).fetchone() == (True,)
