"""The one Python asset: reads what the detector must read and keeps what it found (architecture page)."""

import sys
from collections.abc import Iterator
from typing import Any

import dagster as dg

from cue_detector.run import detect_pending
from cue_detector.run_report import RunReport
from cue_detector.settings import CueSettings
from warehouse.connection import Role, url

OWNERS = ["team:coaching-analytics"]
INPUTS = [
    dg.AssetKey(["analytics_intermediate", "int_cues__detector_input"]),
    dg.AssetKey(["analytics_intermediate", "int_cues__sessions_to_read"]),
]


def _spec(table: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["cue_detection", table],
        deps=INPUTS,
        group_name="cues",
        owners=OWNERS,
        description=description,
        kinds={"python"},
    )


SPECS = [
    _spec("session_detections", "Every time a session was read for cues, what came of it and what it cost."),
    _spec("utterance_cues", "Language cues of the last succeeded detection of each session, redacted."),
    _spec("utterance_sentiment", "Sentiment of utterances that came without a usable label."),
]


@dg.multi_asset(name="detected_cues", specs=SPECS)
def detected_cues(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Read every session on the list for cues and sentiment; one failing session never fails another."""
    report = detect_pending(url(Role.CUES), progress=_show)
    _show(report.summary())
    if not report.is_healthy(CueSettings().max_failed_fraction):
        # What failed is marked in the sessions and read again by the next run: the marts go on without.
        context.log.error(report.summary())
    for spec in SPECS:
        yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata_of(report))


def metadata_of(report: RunReport) -> dict[str, Any]:
    """A run's counts, tokens and cost (US dollars; absent where no price is configured)."""
    shown: dict[str, Any] = {
        "detector": report.detector or "none",
        "sessions": report.sessions,
        "succeeded": report.succeeded,
        "failed": report.failed,
        "deferred": report.deferred,
        "cues": report.cues,
        "requests": report.requests,
        "prompt_tokens": report.prompt_tokens,
        "completion_tokens": report.completion_tokens,
        "seconds": round(report.seconds, 2),
    }
    return shown if report.cost_usd is None else shown | {"cost_usd": report.cost_usd}


def _show(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
