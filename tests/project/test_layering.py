"""Dependencies point one way: sources → staging → intermediate → marts."""

import re

from dbt.contracts.graph.manifest import Manifest

from tests.project.conftest import Models

MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}

MART_READERS = {
    ("int_clients__sessions", "session_analytics"),
    ("int_alerts__scored_dates", "risk_scores"),
    ("int_alerts__texts", "risk_scores"),
    ("int_alerts__texts", "risk_factors"),
}
"""Intermediate models that read the mart of a finer grain: marts hold the records of earlier runs, which the
intermediate models of the same run do not contain."""

BUILT_LAST = "int_operations__session_snapshot"
"""Refers to the marts only to be built after them."""

RELATION_MACROS = {"self_snapshot", "previous_detections"}
"""Macros that name a relation without ref() or source(), because they read rows of earlier runs: a reference
would make the graph cyclic."""

ENTITIES = {"sessions": {"sessions", "utterances", "transcripts"}}
"""Directory → entities in the names of its models, where they differ."""

TOMBSTONES = "stg_warehouse__erased_jobs"
"""Staging models exclude the jobs of erased clients, so that no later model has to."""

RELATION = re.compile(
    r"\b(from|join|using)\s+\"?(ai_backend|public|cue_detection|analytics_\w+|warehouse)\"?\."
)


def layer(manifest: Manifest, node: str) -> str:
    """Top-level directory of a model, otherwise the resource type."""
    kind = node.split(".", 1)[0]
    return manifest.nodes[node].fqn[1] if kind == "model" else kind


def test_models__have_a_layer_and_its_prefix(models: Models) -> None:
    prefixes = {"staging": "stg_", "intermediate": "int_", "marts": ""}
    for name, model in models.items():
        assert model.fqn[1] in prefixes, name
        assert name.startswith(prefixes[model.fqn[1]]), name
        if model.fqn[1] == "marts":
            assert not name.startswith(("stg_", "int_")), name
        if model.fqn[1] == "intermediate":
            entity = name.removeprefix("int_").split("__")[0]
            assert entity in ENTITIES.get(model.fqn[2], {model.fqn[2]}), f"{name} is in {model.fqn[2]}/"


def test_models__depend_on_no_later_layer(models: Models, manifest: Manifest) -> None:
    wrong = []
    for name, model in models.items():
        allowed = set(MAY_READ[model.fqn[1]])
        if model.config.materialized == "view_in_place" and model.fqn[1] == "marts":
            # Views show data that the API or upstream changes between runs.
            allowed.add("staging")
        for read in model.depends_on.nodes:
            is_tombstone = model.fqn[1] == "staging" and read.rsplit(".", 1)[-1] == TOMBSTONES
            is_exception = is_tombstone or (name, read.rsplit(".", 1)[-1]) in MART_READERS
            is_exception = is_exception or name == BUILT_LAST
            if layer(manifest, read) not in allowed and not is_exception:
                wrong.append(f"{name} ({model.fqn[1]}) depends on {read}")
    assert wrong == []


def test_exceptions__are_still_needed(models: Models) -> None:
    for reader, read in MART_READERS:
        assert any(node.endswith(f".{read}") for node in models[reader].depends_on.nodes), (reader, read)


def test_staging__is_one_model_per_source_table(models: Models, manifest: Manifest) -> None:
    staged = {name: model for name, model in models.items() if model.fqn[1] == "staging"}
    read = [node for model in staged.values() for node in model.depends_on.nodes if node in manifest.sources]
    assert sorted(read) == sorted(manifest.sources)
    for name, model in staged.items():
        for source in (manifest.sources[node] for node in model.depends_on.nodes if node in manifest.sources):
            assert name == f"stg_{source.source_name}__{source.name}"


def test_models__name_relations_only_by_ref_and_source(models: Models, manifest: Manifest) -> None:
    for name, model in models.items():
        assert not RELATION.search(model.raw_code), f"{name} names a relation without ref()"
    for macro in manifest.macros.values():
        if macro.package_name == manifest.metadata.project_name and macro.name not in RELATION_MACROS:
            assert not RELATION.search(macro.macro_sql), f"{macro.name} names a relation without ref()"
            assert "get_relation(" not in macro.macro_sql, f"{macro.name} looks up a relation"


def descendants(models: Models, name: str) -> set[str]:
    """The model and all models that depend on it."""
    found: set[str] = set()
    pending = [name]
    while pending:
        parent = pending.pop()
        if parent not in found:
            found.add(parent)
            key = models[parent].unique_id
            pending += [child for child, model in models.items() if key in model.depends_on.nodes]
    return found


def test_self_snapshots__are_of_descendants_only(models: Models, manifest: Manifest) -> None:
    key = f"macro.{manifest.metadata.project_name}.self_snapshot"
    recorded = {name for name, model in models.items() if model.config.materialized == "incremental"}
    readers = {name for name, model in models.items() if key in model.depends_on.macros}
    assert "int_sessions__pending" in readers
    for name in readers:
        named = set(re.findall(r"self_snapshot\(\s*'(\w+)'", models[name].raw_code))
        assert named, name
        assert named <= recorded, name
        assert named <= descendants(models, name), f"{name} must use ref() for models that don't depend on it"


def test_previous_detections__are_read_only_by_the_pending_sessions(
    models: Models, manifest: Manifest
) -> None:
    key = f"macro.{manifest.metadata.project_name}.previous_detections"
    users = {name for name, model in models.items() if key in model.depends_on.macros}
    assert users == {"int_cues__pending_sessions"}
