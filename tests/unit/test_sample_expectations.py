"""The expectations of the sample's scenarios against a small reference implementation of the metrics.

The reference is independent of the models: it reads the sample's rows and scores the dates in order. It has
no cue detector, so each scenario is scored once with all intended cues and once without cues.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any
from uuid import UUID

import pytest

from sample import DEFAULT_LAST_DATE, EXPECTATIONS, SamplePractice, build

SCORES = {"very_positive": 1.0, "positive": 0.5, "neutral": 0.0, "negative": -0.5, "very_negative": -1.0}
WEIGHTS = {
    "session_frequency": 25,
    "engagement_trend": 25,
    "sentiment_trend": 20,
    "resistance_ratio": 15,
    "days_since_session": 15,
}
DECAYING = ("engagement_trend", "sentiment_trend", "resistance_ratio")
SCORED_DATES = 120


@dataclass
class Session:
    """Metrics of a completed session."""

    on: date
    engagement: float | None
    sentiment: float | None
    resistance: int
    commitment: int


@dataclass
class Open:
    """An open alert."""

    since: date
    severity: str
    at_score: float = 0.0
    last_session: date | None = None


@dataclass
class Score:
    """Score of a coach-client pair on one date."""

    score: float
    contributions: dict[str, float]
    alerts: dict[str, str] = field(default_factory=dict)

    @property
    def level(self) -> str:
        return next(
            (name for top, name in ((25, "low"), (50, "medium"), (75, "high")) if self.score <= top),
            "critical",
        )


def dicts(practice: SamplePractice, table: str) -> list[dict[str, Any]]:
    found = practice.tables()[table]
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def sentiment_of(utterance: Mapping[str, Any]) -> float | None:
    label = (utterance["sentiment"] or "").strip().lower()
    if label in SCORES:
        return SCORES[label]
    try:
        return float(label) if -1 <= float(label) <= 1 else None
    except ValueError:
        return None


def union(spans: Iterable[tuple[float, float]]) -> float:
    total, reached = 0.0, 0.0
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def sessions_of(practice: SamplePractice, with_cues: bool) -> dict[tuple[UUID, UUID], list[Session]]:
    newest: dict[UUID, dict[str, Any]] = {}
    for transcript in dicts(practice, "transcripts"):
        known = newest.get(transcript["job_id"])
        if known is None or transcript["created_at"] > known["created_at"]:
            newest[transcript["job_id"]] = transcript
    by_transcript = defaultdict(list)
    for utterance in dicts(practice, "utterances"):
        by_transcript[utterance["transcript_id"]].append(utterance)
    summaries = {row["job_id"]: row["client_sentiment"] for row in dicts(practice, "session_summaries")}
    sessions = defaultdict(list)
    for job in dicts(practice, "transcription_jobs"):
        if job["status"] == "completed":
            on = job["session_date"] or (job["completed_at"] or job["created_at"]).date()
            utterances = by_transcript[newest[job["id"]]["id"]] if job["id"] in newest else []
            cues = practice.cues if with_cues else {}
            sessions[job["coach_id"], job["client_id"]].append(
                session_metrics(on, utterances, SCORES.get(summaries.get(job["id"], "")), cues)
            )
    return {pair: sorted(found, key=lambda one: one.on) for pair, found in sessions.items()}


def session_metrics(
    on: date, utterances: list[dict[str, Any]], summary: float | None, cues: Mapping[UUID, str]
) -> Session:
    by_role: dict[str, list[dict[str, Any]]] = {"coach": [], "client": []}
    for utterance in utterances:
        by_role.setdefault(utterance["speaker_label"].strip().lower(), []).append(utterance)
    coach, client = by_role["coach"], by_role["client"]
    kinds = [cues[utterance["id"]] for utterance in client if utterance["id"] in cues]
    resistance, commitment = kinds.count("resistance"), kinds.count("commitment")
    if not client:
        return Session(on, None, None, resistance, commitment)
    known = [score for score in map(sentiment_of, client) if score is not None]
    sentiment = mean(known) if known else summary
    total = float(max(utterance["end_time"] for utterance in utterances))
    spans = [(float(u["start_time"]), float(max(u["start_time"], u["end_time"]))) for u in client]
    parts: list[tuple[int, float]] = [
        (25, min(1, mean(len(utterance["text"].split()) for utterance in client) / 30)),
        (15, commitment / (commitment + resistance) if commitment + resistance else 0.5),
    ]
    if coach:
        parts.append((25, max(0, 1 - abs(100 * union(spans) / total - 50) / 50)))
        parts.append((20, min(1, len(client) / max(1, total / 60) / 2)))
    if sentiment is not None:
        parts.append((15, (sentiment + 1) / 2))
    engagement = 100 * sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)
    return Session(on, engagement, sentiment, resistance, commitment)


def change(values: list[float]) -> float | None:
    half = len(values) // 2
    return mean(values[half:]) - mean(values[:half]) if half else None


def severity(value: float, warning: float, critical: float) -> float:
    if value < warning:
        return 0.0
    return min(1.0, 0.5 + 0.5 * (value - warning) / (critical - warning))


def score_pair(sessions: list[Session], as_of: date) -> Score | None:
    past = [one for one in sessions if one.on <= as_of]
    if not past:
        return None
    window = [one for one in past if (as_of - one.on).days < 90]
    recent = sum((as_of - one.on).days < 30 for one in past)
    before = sum(30 <= (as_of - one.on).days < 60 for one in past)
    days = (as_of - past[-1].on).days
    is_decreasing = len(past) > 1 and (recent == 0 or (before - recent >= 2 and recent < 0.75 * before))
    frequency = 0.0
    if recent == 0:
        frequency = 1.0
    elif is_decreasing:
        frequency = min(1.0, max(0.0, 1 - recent / max(len(window) / 3, 1)))
    engagement = change([one.engagement for one in window if one.engagement is not None])
    sentiment = change([one.sentiment for one in window if one.sentiment is not None])
    resistance = sum(one.resistance for one in window)
    ratio = resistance / max(1, sum(one.commitment for one in window))
    severities = {
        "session_frequency": frequency,
        "engagement_trend": None if engagement is None else severity(-engagement, 10, 20),
        "sentiment_trend": None if sentiment is None else severity(-sentiment, 0.2, 0.4),
        "resistance_ratio": None if not window else severity(ratio, 2, 4) if resistance >= 3 else 0.0,
        "days_since_session": severity(days, 14, 30),
    }
    decay = min(1.0, max(0.0, 1 - (days - 30) / 30))
    weights = {name: weight * (decay if name in DECAYING else 1) for name, weight in WEIGHTS.items()}
    known = {name: value for name, value in severities.items() if value is not None}
    total_weight = sum(weights[name] for name in known)
    contributions = {name: 100 * weights[name] * value / total_weight for name, value in known.items()}
    return Score(round(sum(contributions.values()), 2), contributions)


def score_dates(sessions: list[Session], last: date, days: int) -> list[tuple[date, Score]]:
    """Scores and open alerts of the `days` dates up to `last`, each from the sessions up to that date."""
    scored: list[tuple[date, Score]] = []
    opened: dict[str, Open] = {}
    last_increase: date | None = None
    for day in (last - timedelta(days=back) for back in range(days - 1, -1, -1)):
        result = score_pair(sessions, day)
        if result is None:
            continue
        last_session = max(one.on for one in sessions if one.on <= day)
        resolve(opened, result.score, day, last_session)
        absent = (day - last_session).days
        if absent >= 30:
            opened.setdefault("no_session_30d", Open(day, "warning", last_session=last_session))
            opened["no_session_30d"].severity = "urgent" if absent >= 45 else "warning"
        if result.level in ("high", "critical"):
            opened.setdefault("new_high_risk", Open(day, "warning"))
            if result.level == "critical":
                opened["new_high_risk"].severity = "urgent"
        week = [one.score for on, one in scored if 1 <= (day - on).days <= 7]
        in_cooldown = last_increase is not None and (day - last_increase).days < 7
        is_suppressed = "risk_increased" in opened or "no_session_30d" in opened or in_cooldown
        if week and not is_suppressed and round(result.score - min(week), 2) >= 20:
            opened["risk_increased"] = Open(day, "warning", at_score=result.score)
            last_increase = day
        result.alerts = {name: alert.severity for name, alert in opened.items()}
        scored.append((day, result))
    return scored


def resolve(opened: dict[str, Open], score: float, day: date, last_session: date) -> None:
    for name, alert in list(opened.items()):
        is_resolved = {
            "new_high_risk": score <= 45,
            "risk_increased": score <= alert.at_score - 10 or (day - alert.since).days >= 14,
            "no_session_30d": alert.last_session != last_session,
        }[name]
        if is_resolved:
            del opened[name]


@cache
def practice(seed: int) -> SamplePractice:
    return build(seed)


@cache
def sessions(seed: int, with_cues: bool) -> Mapping[tuple[UUID, UUID], list[Session]]:
    return sessions_of(practice(seed), with_cues)


def active(seed: int) -> set[tuple[UUID, UUID]]:
    rows = dicts(practice(seed), "coach_clients")
    return {(row["coach_id"], row["client_id"]) for row in rows if row["status"] == "active"}


def trend(values: list[float | None], step: float) -> str | None:
    difference = change([value for value in values if value is not None])
    if difference is None:
        return None
    return "improving" if difference >= step else "declining" if difference <= -step else "stable"


SEEDS = (1, 2, 3)
PAGE = Path(__file__).parents[2] / "docs/sample-practice.md"


def page_cells(scenario: str) -> list[str]:
    """Cells of the page's table row: sessions, level, score, alerts."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{scenario}` |")]
    assert len(lines) == 1
    cells = [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert len(cells) == 7
    return cells[2:6]


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def test_expectations__cover_exactly_the_named_scenarios() -> None:
    named = {name for name in practice(1).pairs if not name.startswith("ordinary_")}
    assert set(EXPECTATIONS) == named


@pytest.mark.parametrize("scenario", EXPECTATIONS)
def test_page__agrees_with_the_expectations(scenario: str) -> None:
    expected = EXPECTATIONS[scenario]
    alerts = ", ".join(f"{name}: {severity}" for name, severity in expected.alerts.items())
    low, high = map(number, expected.score)
    score = low if low == high else f"{low} to {high}"
    is_scored = expected.level is not None
    assert page_cells(scenario) == [
        str(expected.sessions),
        expected.level or "none",
        score if is_scored else "none",
        alerts or "none",
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", EXPECTATIONS)
def test_scenario__has_the_expected_number_of_sessions(scenario: str, seed: int) -> None:
    expected = EXPECTATIONS[scenario]
    pair = practice(seed).pairs[scenario]
    found = sessions(seed, True).get(pair, [])
    visible = [one for one in found if one.on <= DEFAULT_LAST_DATE]
    jobs = [row for row in dicts(practice(seed), "transcription_jobs") if row["client_id"] == pair[1]]
    unfinished = [row for row in jobs if row["coach_id"] == pair[0] and row["status"] != "completed"]
    assert len(visible) == expected.sessions
    assert len(found) - len(visible) == expected.later_sessions
    assert len(unfinished) == expected.unfinished_jobs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", EXPECTATIONS)
def test_scenario__has_the_expected_score_level_factors_and_alerts(scenario: str, seed: int) -> None:
    expected = EXPECTATIONS[scenario]
    pair = practice(seed).pairs[scenario]
    found = sessions(seed, True).get(pair, [])
    scored = score_pair(found, DEFAULT_LAST_DATE) if pair in active(seed) else None
    if expected.level is None:
        assert scored is None
        return
    assert scored is not None
    assert scored.level == expected.level
    low, high = expected.score
    assert low <= scored.score <= high
    assert tuple(name for name, value in scored.contributions.items() if value > 0) == expected.factors
    for days in (1, SCORED_DATES):
        on, last = score_dates(found, DEFAULT_LAST_DATE, days)[-1]
        assert on == DEFAULT_LAST_DATE
        assert last.alerts == expected.alerts


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", EXPECTATIONS)
def test_scenario__has_the_expected_trends(scenario: str, seed: int) -> None:
    found = sessions(seed, True).get(practice(seed).pairs[scenario], [])
    window = [one for one in found if 0 <= (DEFAULT_LAST_DATE - one.on).days < 90]
    engagement = trend([one.engagement for one in window], 5)
    assert (engagement, trend([one.sentiment for one in window], 0.1)) == EXPECTATIONS[scenario].trends


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", [name for name in EXPECTATIONS if name != "resistant"])
def test_scenario__keeps_level_and_alerts_without_cues(scenario: str, seed: int) -> None:
    pair = practice(seed).pairs[scenario]
    if EXPECTATIONS[scenario].level is not None:
        _, last = score_dates(sessions(seed, False)[pair], DEFAULT_LAST_DATE, SCORED_DATES)[-1]
        assert (last.level, last.alerts) == (EXPECTATIONS[scenario].level, EXPECTATIONS[scenario].alerts)


@pytest.mark.parametrize("seed", SEEDS)
def test_resistant__exceeds_both_thresholds_with_half_of_its_cues(seed: int) -> None:
    found = sessions(seed, True)[practice(seed).pairs["resistant"]]
    window = [one for one in found if (DEFAULT_LAST_DATE - one.on).days < 90]
    assert sum(one.resistance for one in window) / 2 >= 3
    assert sum(one.resistance for one in window) / 2 >= 4 * max(1, sum(one.commitment for one in window))


@pytest.mark.parametrize("seed", SEEDS)
def test_ordinary_clients__have_low_risk_and_no_alerts(seed: int) -> None:
    larger = build(seed, size=6)
    found = sessions_of(larger, True)
    for pair in (pair for name, pair in larger.pairs.items() if name.startswith("ordinary_")):
        scored = score_dates(found[pair], DEFAULT_LAST_DATE, 14)
        assert {(one.level, tuple(one.alerts)) for _, one in scored} == {("low", ())}
