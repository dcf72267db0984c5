"""A manifest older than the models is refused: the asset graph would show yesterday's models."""

import os
from pathlib import Path

import pytest

from dagster_pipelines.dbt import manifest as manifests


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one model and a manifest made after it."""
    model = tmp_path / "dbt_project" / "model.sql"
    model.parent.mkdir()
    manifest = tmp_path / "target" / "manifest.json"
    manifest.parent.mkdir()
    for path, seconds in (tmp_path / "dbt_project.yml", 1), (model, 1), (manifest, 2):
        path.write_text("{}")
        os.utime(path, (seconds, seconds))
    monkeypatch.setattr(manifests, "PROJECT_DIR", tmp_path)
    return manifest


def test_fresh_manifest__is_the_one_made_after_the_models(manifest: Path) -> None:
    assert manifests.fresh_manifest() == manifest


@pytest.mark.parametrize("changed", ["dbt_project.yml", "dbt_project/model.sql"])
def test_fresh_manifest__is_refused_when_a_file_is_newer(manifest: Path, changed: str) -> None:
    os.utime(manifest.parents[1] / changed, (3, 3))
    with pytest.raises(manifests.StaleManifestError, match=f"{changed} is newer .* Run `make manifest`"):
        manifests.fresh_manifest()


def test_fresh_manifest__says_when_there_is_none(manifest: Path) -> None:
    manifest.unlink()
    with pytest.raises(manifests.StaleManifestError, match=r"missing. Run `make manifest`"):
        manifests.fresh_manifest()
