"""What a run builds of the models that its job names, and the variables of dbt that it sets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from cue_detector.settings import CueSettings
from dagster_pipelines.options import RunOptions
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.model_builds import existing_views, models_up_to_date


def is_incremental_run(connection: psycopg.Connection[Any], options: RunOptions) -> bool:
    """Whether this run may rest on the last complete build: it is for what waits, by the same models."""
    return options.pending_only and models_up_to_date(connection)


def skip_existing_views(connection: psycopg.Connection[Any], selected: Sequence[str]) -> list[str]:
    """Those of the selected models that a small run must build: all but the views that stand as they are."""
    standing = existing_views(connection)
    return [name for name in selected if name not in standing]


def comma_separated(ids: Sequence[UUID]) -> str:
    """Ids as the models take them."""
    return ",".join(map(str, ids))


def dbt_variables(
    options: RunOptions,
    days: str,
    *,
    reuse_scratch_tables: bool = False,
    clients: Sequence[UUID] | None = None,
    sessions: Sequence[UUID] | None = None,
) -> dict[str, Any]:
    """What is left out keeps the default that dbt_project.yml or the model states.

    `reuse_scratch_tables` is for a small run, whose working tables are there. `clients` and `sessions` are all that the
    models look at; None: all there are.
    """
    variables: dict[str, Any] = {
        "as_of": days,
        "business_time_zone": PipelineSettings().business_time_zone,
        "reuse_scratch_tables": reuse_scratch_tables,
    }
    if clients is not None:
        variables["client_ids"] = comma_separated(clients)
    if sessions is not None:
        variables["session_ids"] = comma_separated(sessions)
    if options.rebuild:
        variables["rebuild"] = True
    if options.rescore_model_version:
        variables["rescore_model_version"] = options.rescore_model_version
    if options.verify_content:
        variables["verify_content"] = True
        settings = CueSettings()
        if settings.uses_llm:
            # Imported here: it takes a second that only a run with a language model must spend.
            from cue_detector.llm.detector import LLM_VERSION, LlmDetector  # noqa: PLC0415

            # sessions that the local detector answered for are read by the language model after all
            variables["cue_target_detector"] = f"{LlmDetector.name} {LLM_VERSION} {settings.llm_model}"
    return variables
