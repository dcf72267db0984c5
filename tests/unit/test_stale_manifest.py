"""The manifest is parsed again when the models changed, and refused where the project is read-only."""

import os
from pathlib import Path

import pytest

from dagster_pipelines.dbt import manifest as manifests
from warehouse.dbt_profile import write_profile


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one model and a manifest that is newer; parsing writes "parsed" into it."""
    model = tmp_path / "dbt_project" / "model.sql"
    model.parent.mkdir()
    manifest = tmp_path / "target" / "manifest.json"
    manifest.parent.mkdir()
    for path, seconds in (tmp_path / "dbt_project.yml", 1), (model, 1), (manifest, 2):
        path.write_text("{}")
        os.utime(path, (seconds, seconds))
    monkeypatch.setattr(manifests, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(manifests, "_parse", lambda: manifest.write_text("parsed"))
    return manifest


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)


def test_fresh_manifest__is_not_parsed_again_when_up_to_date(manifest: Path) -> None:
    assert manifests.fresh_manifest() == manifest
    assert manifest.read_text() == "{}"


@pytest.mark.parametrize("changed", ["dbt_project.yml", "dbt_project/model.sql"])
def test_fresh_manifest__is_parsed_again_when_a_file_is_newer(manifest: Path, changed: str) -> None:
    os.utime(manifest.parents[1] / changed, (3, 3))
    assert manifests.fresh_manifest() == manifest
    assert manifest.read_text() == "parsed"


def test_fresh_manifest__is_parsed_when_missing(manifest: Path) -> None:
    manifest.unlink()
    assert manifests.fresh_manifest() == manifest
    assert manifest.read_text() == "parsed"


@pytest.mark.usefixtures("read_only")
def test_fresh_manifest__is_refused_in_a_read_only_project(manifest: Path) -> None:
    assert manifests.fresh_manifest() == manifest
    os.utime(manifest.parents[1] / "dbt_project.yml", (3, 3))
    with pytest.raises(
        manifests.StaleManifestError, match=r"dbt_project.yml is newer .* Run `make manifest`"
    ):
        manifests.fresh_manifest()
    manifest.unlink()
    with pytest.raises(manifests.StaleManifestError, match=r"missing. Run `make manifest`"):
        manifests.fresh_manifest()


def test_parse__reports_the_error_of_dbt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: coaching_analytics\nprofile: unknown_profile\n")
    write_profile(directory=tmp_path)
    monkeypatch.setattr(manifests, "PROJECT_DIR", tmp_path)
    with pytest.raises(manifests.StaleManifestError, match="unknown_profile"):
        manifests._parse()
