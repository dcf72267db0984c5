"""Cue detection: the Python asset between the session models and the marts that count cues."""

import sys
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psycopg

from cue_detector.run import detect_pending
from cue_detector.run_report import RunReport
from cue_detector.settings import CueSettings
from dagster_pipelines.dbt.translator import OWNERS, RETRIES, WRITER_POOL
from dagster_pipelines.guards import translate_errors, write_lock_held
from dagster_pipelines.metadata import column_schemas
from warehouse.connection import LoginRole, url

INPUTS = [
    dg.AssetKey(["analytics_intermediate", "int_cues__detector_input"]),
    dg.AssetKey(["analytics_intermediate", "int_cues__pending_sessions"]),
]
CUES_BY_TYPE = (
    "select cue_type, count(*) from cue_detection.utterance_cues group by cue_type order by cue_type"
)


def _spec(table: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["cue_detection", table],
        deps=INPUTS,
        group_name="cues",
        owners=OWNERS,
        description=description,
        kinds={"python"},
        skippable=False,
    )


SPECS = [
    _spec("session_detections", "Attempts to detect cues in a session, with their outcome and cost."),
    _spec("utterance_cues", "Redacted language cues of the last successful detection of each session."),
    _spec("utterance_sentiment", "Sentiment of utterances without a usable label from upstream."),
]


@dg.multi_asset(name="detected_cues", specs=SPECS, retry_policy=RETRIES, pool=WRITER_POOL)
def detected_cues(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Detect cues and sentiment in pending sessions; a failing session does not affect the others."""
    with translate_errors(), write_lock_held(context):
        report = detect_pending(url(LoginRole.CUES), progress=_print)
        _print(report.summary())
        with psycopg.connect(url(LoginRole.CUES)) as connection:
            cues_by_type: dict[str, int] = dict(connection.execute(CUES_BY_TYPE).fetchall())
            schemas = column_schemas(connection, [spec.key for spec in SPECS])
    if report.lock_timed_out:
        raise dg.Failure("Another run of the cue detector is in progress.", allow_retries=False)
    if not report.is_healthy(CueSettings().max_failed_fraction):
        # failed sessions are recorded and retried by the next run; the marts are computed without their cues
        context.log.error(report.summary())
    metadata: list[dict[str, Any]] = [
        report_metadata(report),
        {"new_cues": report.cues} | {f"cues/{cue_type}": count for cue_type, count in cues_by_type.items()},
        {"new_scores": report.sentiments},
    ]
    for spec, of_table in zip(SPECS, metadata, strict=True):
        yield dg.MaterializeResult(
            asset_key=spec.key, metadata=of_table | {"dagster/column_schema": schemas[spec.key]}
        )


def report_metadata(report: RunReport) -> dict[str, Any]:
    """Return a run's counts, tokens and cost in US dollars (omitted if no price is configured)."""
    metadata: dict[str, Any] = {
        "detector": report.detector or "none",
        "sessions": report.sessions,
        "succeeded": report.succeeded,
        "failed": report.failed,
        "deferred": report.deferred,
        "used_fallback": report.used_fallback,
        "client_utterances": report.utterances,
        "requests": report.requests,
        "prompt_tokens": report.prompt_tokens,
        "completion_tokens": report.completion_tokens,
        "cached_utterances": report.cached_utterances,
        "seconds": round(report.seconds, 2),
    }
    return metadata if report.cost_usd is None else metadata | {"cost_usd": report.cost_usd}


def _print(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
