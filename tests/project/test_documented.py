"""Models, columns, seeds and macros are described; marts and seeds are typed; keys are tested."""

import csv
import re
from pathlib import Path

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode, SeedNode

from tests.project.conftest import Models
from warehouse.paths import PROJECT_DIR

SIGNATURE = re.compile(r"{% (?:macro|test) \w+\((.*?)\) -?%}")
DEFAULT = re.compile(r"=(?:\[.*?\]|{.*?}|'.*?'|\w+)")
KEY_TESTS = {"unique", "unique_combination_of_columns"}


def test_models__are_described(models: Models) -> None:
    assert [name for name, model in models.items() if not model.description.strip()] == []


def test_models__state_their_grain_in_the_first_line(models: Models) -> None:
    wrong = [
        name
        for name, model in models.items()
        if not model.raw_code.lstrip().startswith(("-- one row", "-- grain"))
    ]
    assert wrong == []


def test_marts__have_an_enforced_contract_and_every_column_typed_and_described(models: Models) -> None:
    for name, model in models.items():
        if model.fqn[1] == "marts":
            assert model.config.contract.enforced, name
            assert model.columns, name
            for column in model.columns.values():
                assert column.data_type, f"{name}.{column.name} has no type"
                assert column.description.strip(), f"{name}.{column.name} has no description"


def test_listed_columns__are_described(models: Models) -> None:
    for name, model in models.items():
        for column in model.columns.values():
            assert column.description.strip(), f"{name}.{column.name} has no description"


def test_seeds__have_every_column_typed_and_described(seeds: list[SeedNode]) -> None:
    assert seeds
    for seed in seeds:
        assert seed.description.strip(), seed.name
        with Path(PROJECT_DIR, seed.original_file_path).open(newline="", encoding="utf-8") as handle:
            header = next(csv.reader(handle))
        types = seed.config.column_types
        assert set(types) == set(header), f"{seed.name}: column_types"
        described = {column.name for column in seed.columns.values() if column.description.strip()}
        assert described == set(header), f"{seed.name}: descriptions"


def test_staging_marts_and_seeds__have_a_tested_key(
    models: Models, seeds: list[SeedNode], manifest: Manifest
) -> None:
    tested = {
        node.attached_node
        for node in manifest.nodes.values()
        if isinstance(node, GenericTestNode) and node.test_metadata.name in KEY_TESTS
    }
    stored = [model for model in models.values() if model.fqn[1] in ("staging", "marts")]
    assert [node.name for node in [*stored, *seeds] if node.unique_id not in tested] == []


def test_macros__are_described_with_their_arguments(manifest: Manifest) -> None:
    for macro in manifest.macros.values():
        if macro.package_name != manifest.metadata.project_name:
            continue
        assert macro.description.strip(), macro.name
        signature = SIGNATURE.search(macro.macro_sql)
        names = re.findall(r"(\w+)(?=\s*(?:,|$|=))", DEFAULT.sub("", signature[1])) if signature else []
        assert [argument.name for argument in macro.arguments] == names, macro.name
        assert all(argument.description.strip() for argument in macro.arguments), macro.name
