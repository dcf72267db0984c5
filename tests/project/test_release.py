"""`make release` builds a wheel that works in an empty environment, and a complete image context."""

import os
import subprocess
import tarfile
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import fresh_database
from warehouse.paths import PROJECT_DIR

pytestmark = pytest.mark.slow
UV = PROJECT_DIR / ".tools" / "bin" / "uv"


@pytest.fixture(scope="module")
def dist() -> Path:
    """The directory into which `make release` built."""
    subprocess.run(["make", "release"], cwd=PROJECT_DIR, check=True)
    return PROJECT_DIR / "dist"


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Executables of an environment with nothing but the wheel and its locked dependencies."""
    directory = tmp_path_factory.mktemp("installed")
    (wheel,) = dist.glob("*.whl")
    exported = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes")
    subprocess.run([UV, *exported, "-o", directory / "locked.txt"], cwd=PROJECT_DIR, check=True)
    subprocess.run([UV, "venv", "--quiet", directory / "env"], check=True)
    install = ("pip", "install", "--quiet", "--python", directory / "env", "-c", directory / "locked.txt")
    subprocess.run([UV, *install, wheel], cwd=directory, check=True)
    return directory / "env" / "bin"


def test_wheel__prints_its_version(dist: Path, installed: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    done = subprocess.run([installed / "warehouse", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == wheel.name.split("-")[1]


def test_wheel__migrates_a_database(server_url: str, installed: Path, tmp_path: Path) -> None:
    with fresh_database(server_url) as url:
        environment = os.environ | {"DATABASE_URL": url}
        subprocess.run([installed / "warehouse", "migrate"], cwd=tmp_path, env=environment, check=True)
        with psycopg.connect(url) as connection:
            (applied,) = (
                connection.execute("select count(*) from warehouse.schema_migrations").fetchone() or ()
            )
    assert applied == len(list((PROJECT_DIR / "warehouse" / "migrations").glob("*.sql")))


def test_image_context__holds_what_the_image_needs(dist: Path) -> None:
    (archive,) = dist.glob("image-context-*.tar.gz")
    with tarfile.open(archive) as context:
        names = set(context.getnames())
    needed = {
        "deploy/docker/Dockerfile",
        "deploy/dagster.yaml",
        "deploy/workspace.yaml",
        "dbt_project.yml",
        "selectors.yml",
        "pyproject.toml",
        "uv.lock",
        "README.md",
        "warehouse/migrations/0001_upstream_tables.sql",
        "warehouse/profiles.template.yml",
    }
    assert needed - names == set()
    assert {name.split("/")[0] for name in names} & {
        "tests",
        "tools",
        "docs",
        "profiles.yml",
        ".env",
    } == set()
