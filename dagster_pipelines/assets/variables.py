"""What a run builds of the models that its job names, and the variables of dbt that it sets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from cue_detector.settings import CueSettings
from dagster_pipelines.options import RunOptions
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.models import is_current, standing_views


def is_small(connection: psycopg.Connection[Any], options: RunOptions) -> bool:
    """Whether this run may rest on the last complete build: it is for what waits, by the same models."""
    return options.only_waiting and is_current(connection)


def due(connection: psycopg.Connection[Any], selected: Sequence[str]) -> list[str]:
    """Those of the selected models that a small run must build: all but the views that stand as they are."""
    standing = standing_views(connection)
    return [name for name in selected if name not in standing]


def joined(ids: Sequence[UUID]) -> str:
    """Ids as the models take them."""
    return ",".join(map(str, ids))


def dbt_variables(
    options: RunOptions,
    days: str,
    *,
    in_place: bool = False,
    clients: Sequence[UUID] | None = None,
    sessions: Sequence[UUID] | None = None,
) -> dict[str, Any]:
    """What is left out keeps the default that dbt_project.yml or the model states.

    `in_place` is for a small run, whose working tables are there. `clients` and `sessions` are all that the
    models look at; None: all there are.
    """
    variables: dict[str, Any] = {
        "as_of": days, "business_time_zone": PipelineSettings().business_time_zone, "in_place": in_place,
    }  # fmt: skip
    if clients is not None:
        variables["clients"] = joined(clients)
    if sessions is not None:
        variables["sessions"] = joined(sessions)
    if options.rebuild:
        variables["rebuild"] = True
    if options.rescore_with:
        variables["rescore_with"] = options.rescore_with
    if options.check_content:
        variables["check_content"] = True
        settings = CueSettings()
        if settings.uses_llm:
            # Imported here: it takes a second that only a run with a language model must spend.
            from cue_detector.llm.detector import LLM_VERSION, LlmDetector  # noqa: PLC0415

            # sessions that the local detector answered for are read by the language model after all
            variables["cue_wanted_detector"] = f"{LlmDetector.name} {LLM_VERSION} {settings.llm_model}"
    return variables
