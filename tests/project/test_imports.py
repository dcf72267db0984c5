"""Python modules do not import each other in cycles."""

import tomllib
from graphlib import TopologicalSorter

import grimp

from warehouse.paths import PROJECT_DIR


def test_modules__have_no_import_cycles() -> None:
    settings = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    graph = grimp.build_graph(*settings["tool"]["importlinter"]["root_packages"], cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # raises CycleError with the modules of a cycle
