"""The dbt project as Dagster sees it."""

import sys
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

PROJECT_DIR = Path(__file__).resolve().parents[2]

project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR, packaged_project_dir=None)


class StaleManifestError(Exception):
    """The dbt manifest is missing or older than the models; `make manifest` makes a new one."""


def fresh_manifest() -> Path:
    """Path of the dbt manifest.

    Raises StaleManifestError when it is missing or any file of the dbt project is newer: the asset graph
    would show yesterday's models. Make builds it once, since each Dagster process would parse again.
    """
    manifest = project.manifest_path
    if not manifest.exists():
        raise StaleManifestError(f"{manifest} is missing. Run `make manifest`.")
    built = manifest.stat().st_mtime
    files = [PROJECT_DIR / "dbt_project.yml", *(PROJECT_DIR / "dbt_project").rglob("*")]
    newer = [path for path in files if path.is_file() and path.stat().st_mtime > built]
    if newer:
        raise StaleManifestError(f"{newer[0]} is newer than {manifest}. Run `make manifest`.")
    return manifest


def dbt_resource() -> DbtCliResource:
    """Runs dbt commands in this project."""
    # the dbt of this environment, whether or not the environment is activated
    executable = Path(sys.executable).parent / "dbt"
    return DbtCliResource(project_dir=project, profiles_dir=str(PROJECT_DIR), dbt_executable=str(executable))
