"""The one Python asset: reads what the detector must read and keeps what it found (architecture page)."""

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
from dagster_pipelines.metadata import columns
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
    _spec("session_detections", "Every time a session was read for cues, what came of it and what it cost."),
    _spec("utterance_cues", "Language cues of the last succeeded detection of each session, redacted."),
    _spec("utterance_sentiment", "Sentiment of utterances that came without a usable label."),
]


@dg.multi_asset(name="detected_cues", specs=SPECS, retry_policy=RETRIES, pool=WRITER_POOL)
def detected_cues(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Read every session on the list for cues and sentiment; one failing session never fails another."""
    with translate_errors(), write_lock_held(context):
        report = detect_pending(url(LoginRole.CUES), progress=_show)
        _show(report.summary())
        with psycopg.connect(url(LoginRole.CUES)) as connection:
            cues_by_type: dict[str, int] = dict(connection.execute(CUES_BY_TYPE).fetchall())
            described = columns(connection, [spec.key.to_python_identifier() for spec in SPECS])
    if report.lock_timed_out:
        raise dg.Failure("Another run of the cue detector is at work; nothing was read.", allow_retries=False)
    if not report.is_healthy(CueSettings().max_failed_fraction):
        # what failed is marked in the sessions and read again by the next run: the marts go on without
        context.log.error(report.summary())
    shown: list[dict[str, Any]] = [
        metadata_of(report),
        {"new_cues": report.cues} | {f"cues/{cue_type}": count for cue_type, count in cues_by_type.items()},
        {"new_scores": report.sentiments},
    ]
    for spec, row_metadata in zip(SPECS, shown, strict=True):
        schema = described[spec.key.to_python_identifier()]
        yield dg.MaterializeResult(
            asset_key=spec.key, metadata=row_metadata | {"dagster/column_schema": schema}
        )


def metadata_of(report: RunReport) -> dict[str, Any]:
    """A run's counts, tokens and cost (US dollars; absent where no price is configured)."""
    shown: dict[str, Any] = {
        "detector": report.detector or "none",
        "sessions": report.sessions,
        "succeeded": report.succeeded,
        "failed": report.failed,
        "deferred": report.deferred,
        "by_local_instead": report.used_fallback,
        "client_utterances": report.utterances,
        "requests": report.requests,
        "prompt_tokens": report.prompt_tokens,
        "completion_tokens": report.completion_tokens,
        "known_answers": report.cached_utterances,
        "seconds": round(report.seconds, 2),
    }
    return shown if report.cost_usd is None else shown | {"cost_usd": report.cost_usd}


def _show(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
