"""Which stage of the chain a model belongs to: by its folder, or, for marts, by what they read."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Literal

from dagster_pipelines.dbt.manifest import manifest_content

ModelStage = Literal["base", "sessions", "clients", "risk", "alerts"]
ORDER: tuple[ModelStage, ...] = ("base", "sessions", "clients", "risk", "alerts")
FOLDERS: Mapping[str, ModelStage] = {
    "sessions": "sessions",
    "cues": "sessions",
    "clients": "clients",
    "risk": "risk",
    "alerts": "alerts",
}
BUILT = ("model", "seed")
"""Kinds of nodes that make a relation."""
DETECTOR_SOURCE = "cue_detection"


@cache
def stages() -> dict[str, ModelStage]:
    """Unique id of each model and seed -> its stage; seeds and staging are the base of all."""
    nodes = manifest_content()["nodes"]
    found: dict[str, ModelStage] = {}

    def stage(unique_id: str) -> ModelStage:
        if unique_id not in nodes or nodes[unique_id]["resource_type"] not in BUILT:
            return "base"
        if unique_id not in found:
            parents = nodes[unique_id]["depends_on"].get("nodes", [])
            of_parents: ModelStage = max(map(stage, parents), key=ORDER.index, default="base")
            found[unique_id] = _of_folder(nodes[unique_id]) or of_parents
        return found[unique_id]

    for unique_id, node in nodes.items():
        if node["resource_type"] in BUILT:
            stage(unique_id)
    return found


def _of_folder(node: Mapping[str, Any]) -> ModelStage | None:
    folders = node["fqn"][1:-1]
    if reads_detector(node):
        # What the detector found comes back here in the middle of a run. A job without this link would
        # count a session's cues before it looks for them.
        return "sessions"
    if node["resource_type"] == "seed" or "staging" in folders:
        return "base"
    return next((FOLDERS[folder] for folder in folders if folder in FOLDERS), None)


def reads_detector(node: Mapping[str, Any]) -> bool:
    """Whether a model reads what the cue detector wrote."""
    parents = (parent.split(".") for parent in node.get("depends_on", {}).get("nodes", []))
    return any(kind == "source" and rest[1] == DETECTOR_SOURCE for kind, *rest in parents)


def names(*wanted: ModelStage, marts: bool | None = None) -> list[str]:
    """Names of the models of these stages; only marts, or all but marts, if asked."""
    nodes = manifest_content()["nodes"]
    return [
        nodes[unique_id]["name"]
        for unique_id, stage in stages().items()
        if stage in wanted and (marts is None or ("marts" in nodes[unique_id]["fqn"]) == marts)
    ]


def marts(stage: ModelStage, among: Collection[str]) -> list[str]:
    """Those of the named models that are marts of this stage with rows of their own, not views."""
    nodes = manifest_content()["nodes"]
    stored = {node["name"] for node in nodes.values() if node["config"].get("materialized") == "incremental"}
    return [name for name in names(stage, marts=True) if name in among and name in stored]
