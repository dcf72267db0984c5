"""Questions of a new reader are answered by opening a limited number of files, counted from README.md."""

from pathlib import Path

import pytest

from tests.project.docs import pages
from warehouse.paths import PROJECT_DIR

EXPLANATION = "docs/explanation"
MODELS = "dbt_project/models/intermediate"
HOPS: dict[str, tuple[int, list[str], str]] = {
    "engagement score": (
        2,
        [f"{EXPLANATION}/session-metrics.md", f"{MODELS}/sessions/int_sessions__engagement.sql"],
        "as engagement_score",
    ),
    "interruption count": (
        2,
        [f"{EXPLANATION}/session-metrics.md", f"{MODELS}/sessions/int_utterances__sequenced.sql"],
        "start_ms < previous_end_ms",
    ),
    "when an alert resolves": (
        3,
        [
            f"{EXPLANATION}/alerts.md",
            f"{MODELS}/alerts/int_alerts__new_high_risk.sql",
        ],
        "high_risk_resolves_at",
    ),
    "when an alert resolves: constants": (
        3,
        [f"{EXPLANATION}/alerts.md", "dbt_project/seeds/alert_parameters.csv"],
        "increase_recovery_points,10",
    ),
    "how a JWT is verified": (
        3,
        [f"{EXPLANATION}/security.md", "api/auth/jwt.py"],
        "jwt.decode(",
    ),
    "how a JWT is verified: published keys": (
        3,
        [f"{EXPLANATION}/security.md", "api/auth/jwks.py"],
        "MIN_RSA_BITS",
    ),
    "what a completed session triggers": (
        4,
        [f"{EXPLANATION}/orchestration.md", "dagster_pipelines/sensors/triggers.py"],
        "compute_session_analytics",
    ),
    "what a completed session triggers: assets": (
        4,
        [f"{EXPLANATION}/orchestration.md", "dagster_pipelines/jobs/__init__.py"],
        '"compute_session_analytics"',
    ),
    "where the confidence of a cue comes from": (
        3,
        [f"{EXPLANATION}/cues.md", "cue_detector/local/confidence.py"],
        "math.exp",
    ),
    "where the confidence of a cue comes from: threshold": (
        3,
        [f"{EXPLANATION}/cues.md", "dbt_project/seeds/cue_types.csv"],
        "min_confidence",
    ),
}
"""Question: maximum number of files, the files in order, and a part of the answer in the last one."""


@pytest.mark.parametrize("question", HOPS)
def test_question__is_answered_within_its_hops(question: str) -> None:
    limit, path, answer = HOPS[question]
    assert len(path) <= limit
    opened = PROJECT_DIR / "README.md"
    for step in path:
        linked = (PROJECT_DIR / step).resolve() in pages.linked_files(opened)
        assert linked, f"{opened} does not link to {step}"
        opened = PROJECT_DIR / step
    assert answer in opened.read_text(encoding="utf-8")


def test_explanation_pages__are_linked_from_the_readme() -> None:
    linked = pages.linked_files(PROJECT_DIR / "README.md")
    missing = [page for page in Path(pages.DOCS / "explanation").glob("*.md") if page.resolve() not in linked]
    assert missing == []
