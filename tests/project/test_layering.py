"""Arrows never turn back: sources → staging → intermediate → marts (architecture page)."""

import re

from dbt.contracts.graph.manifest import Manifest

from tests.project.conftest import Models

MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}

NEXT_GRAIN = {
    ("int_clients__sessions", "session_analytics"),
    ("int_alerts__scored_dates", "risk_scores"),
    ("int_alerts__texts", "risk_scores"),
}
"""Where a coarser grain takes up the finer one's mart: a client's windows its sessions, alerts the recorded
scores. A mart is a record, which this run's intermediates can't give again; so these read it, no other."""

OUTSIDE_THE_GRAPH = {"self_snapshot", "previous_detections"}
"""Macros that name a relation without ref() or source(): a look at what an earlier run left there
(docs/adr/0003), which as a reference would be a circle."""

TOMBSTONES = "stg_warehouse__erased_jobs"
"""What was erased stays out of staging itself, so that nothing after it has to remember."""

RELATION = re.compile(
    r"\b(from|join|using)\s+\"?(ai_backend|public|cue_detection|analytics_\w+|warehouse)\"?\."
)


def layer(manifest: Manifest, node: str) -> str:
    """The folder a model lies in; seed or source for the rest."""
    kind = node.split(".", 1)[0]
    return manifest.nodes[node].fqn[1] if kind == "model" else kind


def test_models__lie_in_one_of_three_layers_and_say_so_in_their_name(models: Models) -> None:
    prefixes = {"staging": "stg_", "intermediate": "int_", "marts": ""}
    for name, model in models.items():
        assert model.fqn[1] in prefixes, name
        assert name.startswith(prefixes[model.fqn[1]]), name
        if model.fqn[1] == "marts":
            assert not name.startswith(("stg_", "int_")), name
        if model.fqn[1] == "intermediate":
            assert name.startswith(f"int_{model.fqn[2]}__"), f"{name} lies in {model.fqn[2]}/"


def test_models__read_no_later_layer(models: Models, manifest: Manifest) -> None:
    wrong = []
    for name, model in models.items():
        allowed = set(MAY_READ[model.fqn[1]])
        if model.config.materialized == "view_in_place" and model.fqn[1] == "marts":
            # A view over what the API or upstream changes between runs reads it live.
            allowed.add("staging")
        for read in model.depends_on.nodes:
            is_tombstone = model.fqn[1] == "staging" and read.rsplit(".", 1)[-1] == TOMBSTONES
            is_exception = is_tombstone or (name, read.rsplit(".", 1)[-1]) in NEXT_GRAIN
            if layer(manifest, read) not in allowed and not is_exception:
                wrong.append(f"{name} ({model.fqn[1]}) reads {read}")
    assert wrong == []


def test_exceptions__are_still_needed(models: Models) -> None:
    for reader, read in NEXT_GRAIN:
        assert any(node.endswith(f".{read}") for node in models[reader].depends_on.nodes), (reader, read)


def test_staging__is_one_model_per_source_table(models: Models, manifest: Manifest) -> None:
    staged = {name: model for name, model in models.items() if model.fqn[1] == "staging"}
    read = [node for model in staged.values() for node in model.depends_on.nodes if node in manifest.sources]
    assert sorted(read) == sorted(manifest.sources)
    for name, model in staged.items():
        for source in (manifest.sources[node] for node in model.depends_on.nodes if node in manifest.sources):
            assert name == f"stg_{source.source_name}__{source.name}"


def test_models__name_relations_by_ref_and_source_only(models: Models, manifest: Manifest) -> None:
    for name, model in models.items():
        assert not RELATION.search(model.raw_code), f"{name} names a relation outright"
    for macro in manifest.macros.values():
        if macro.package_name == manifest.metadata.project_name and macro.name not in OUTSIDE_THE_GRAPH:
            assert not RELATION.search(macro.macro_sql), f"{macro.name} names a relation outright"
            assert "get_relation(" not in macro.macro_sql, f"{macro.name} looks a relation up"


def later_models(models: Models, name: str) -> set[str]:
    """Everything that is computed from a model, and the model itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        earlier = waiting.pop()
        if earlier not in found:
            found.add(earlier)
            key = models[earlier].unique_id
            waiting += [later for later, model in models.items() if key in model.depends_on.nodes]
    return found


def test_current_rows__are_read_only_of_what_the_reader_leads_to(models: Models, manifest: Manifest) -> None:
    key = f"macro.{manifest.metadata.project_name}.self_snapshot"
    marts = {name for name, model in models.items() if model.fqn[1] == "marts"}
    readers = {name for name, model in models.items() if key in model.depends_on.macros}
    assert "int_sessions__pending" in readers
    for name in readers:
        # either named in the call, or in a list that a loop goes through
        code = models[name].raw_code
        lists = " ".join(re.findall(r"{% set \w+ = \[(.*?)\]", code))
        named = marts.intersection(
            re.findall(r"self_snapshot\(\s*'(\w+)'", code) + re.findall(r"'(\w+)'", lists)
        )
        assert named, name
        assert named <= later_models(models, name), f"{name}: a mart that it doesn't lead to is read by ref()"


def test_past_detections__are_read_only_where_the_next_ones_are_listed(
    models: Models, manifest: Manifest
) -> None:
    key = f"macro.{manifest.metadata.project_name}.previous_detections"
    users = {name for name, model in models.items() if key in model.depends_on.macros}
    assert users == {"int_cues__pending_sessions"}
