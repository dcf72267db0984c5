"""Runs chosen dbt models for real (materializations, hooks, contracts), in this process to be quick."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.support.dbt import take_parsed
from warehouse.connection import environment


@contextmanager
def _pointed_at(database_url: str) -> Iterator[str]:
    """dbt's environment for a database; yields a folder for what dbt writes."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as scratch:
        patch.setenv("DATABASE_URL", database_url)
        for name, value in environment().items():
            patch.setenv(name, value)
        yield scratch


@cache
def manifest(database_url: str) -> Manifest:
    """The project as dbt reads it for a database: its name is part of every relation's."""
    with _pointed_at(database_url) as scratch:
        take_parsed(Path(scratch))
        result = dbtRunner().invoke(["--quiet", "parse", "--target-path", scratch, "--log-path", scratch])
    assert isinstance(result.result, Manifest), result.exception
    return result.result


def run_models(database_url: str, models: list[str], *flags: str, **variables: Any) -> None:
    """Run the models; fails the test when one of them fails. The project must have been built before."""
    with _pointed_at(database_url) as scratch:
        result = dbtRunner(manifest=manifest(database_url)).invoke(
            ["--quiet", "run", "--select", *models, *flags, "--vars", json.dumps(variables),
             "--target-path", scratch, "--log-path", scratch, "--log-level-file", "none", "--no-write-json"]
        )  # fmt: skip
    assert result.success, [str(node.message) for node in getattr(result.result, "results", [])]
