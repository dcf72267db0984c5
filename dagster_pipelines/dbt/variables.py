"""Variables that a run passes to dbt."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cue_detector.settings import CueSettings
from dagster_pipelines.options import RunOptions
from dagster_pipelines.settings import PipelineSettings


def comma_separated(ids: Sequence[UUID]) -> str:
    """Return ids in the form of the variables `session_ids` and `client_ids`."""
    return ",".join(map(str, ids))


def dbt_variables(
    options: RunOptions,
    as_of: str,
    *,
    reuse_scratch_tables: bool = False,
    clients: Sequence[UUID] | None = None,
    sessions: Sequence[UUID] | None = None,
) -> dict[str, Any]:
    """Return the variables of a build; others keep their defaults from dbt_project.yml.

    `clients` and `sessions` restrict the build; None means all. `reuse_scratch_tables` is for an incremental
    run, whose scratch tables exist.
    """
    variables: dict[str, Any] = {
        "as_of": as_of,
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
            # Imported here: the import takes a second, which only a run with an LLM should spend.
            from cue_detector.llm.detector import LLM_VERSION, LlmDetector  # noqa: PLC0415

            # sessions with results of the local fallback are detected again by the LLM
            variables["cue_target_detector"] = f"{LlmDetector.name} {LLM_VERSION} {settings.llm_model}"
    return variables
