"""The parsed dbt project; these tests need no database."""

from typing import TypeAlias

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode, SeedNode

from tests.support.project import Project

Models: TypeAlias = dict[str, ModelNode]


@pytest.fixture(scope="session")
def manifest(project: Project) -> Manifest:
    return project.manifest


@pytest.fixture(scope="session")
def models(manifest: Manifest) -> Models:
    """Models by name."""
    return {node.name: node for node in manifest.nodes.values() if isinstance(node, ModelNode)}


@pytest.fixture(scope="session")
def seeds(manifest: Manifest) -> list[SeedNode]:
    return [node for node in manifest.nodes.values() if isinstance(node, SeedNode)]
