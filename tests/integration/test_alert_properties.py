"""Alerts against the independent day-by-day reference, on random scores, at once and night by night."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client_histories import add_pair, add_scores
from tests.support.nightly_simulation import Chain, query
from tests.support.reference_alerts import Episode, Scored, reference_episodes
from tests.support.reference_risk import level_of
from tests.support.strategies import FIRST_DAY

ALERTS = [
    "int_alerts__scored_dates",
    "int_alerts__episodes",
    "int_alerts__matched_episodes",
    "int_alerts__reconciled",
    "risk_alert_episodes",
]
EPISODES = """
    select coach_id, client_id, alert_type, episode_key, opened_date, resolved_date, severity, severity_date,
        id, title, message, created_at, resolved_at, resolution, risk_score_id
    from ai_backend.risk_alert_episodes
    order by coach_id, client_id, alert_type, opened_date
"""
# On and around every threshold of the rules: 25, 45, 50, 75, steps of 10 and 20.
SCORES = [
    Decimal(score)
    for score in (
        *(0, 5, 15, "24.99", 25, 30, 35, "44.99", 45, "45.01"),
        *(50, "50.01", 55, 60, 65, 70, 75, "75.01", 85, 100),
    )
]


@st.composite
def scored_dates(draw: st.DrawFn) -> list[Scored]:
    """Scored dates in order, with gaps, and last sessions that move forward now and then."""
    days = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 6, 7, 8, 14, 20]), min_size=1, max_size=30))
    on, last_session, result = FIRST_DAY, FIRST_DAY - timedelta(days=draw(st.integers(0, 50))), []
    score = draw(st.sampled_from(SCORES))
    for gap in days:
        on += timedelta(days=gap)
        if draw(st.integers(0, 9)) == 0:
            last_session = on - timedelta(days=draw(st.sampled_from([0, 1, 3, 31])))
        score = draw(st.sampled_from(SCORES)) if draw(st.integers(0, 3)) == 0 else score
        result.append(
            Scored(
                on, Fraction(score), level_of(Fraction(score)), max(last_session, FIRST_DAY - timedelta(50))
            )
        )
    return _with_sessions_in_order(result)


def _with_sessions_in_order(scored: list[Scored]) -> list[Scored]:
    latest = date.min
    result = []
    for s in scored:
        latest = max(latest, s.last_session)
        result.append(Scored(s.on, s.score, s.level, latest))
    return result


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=8))
def test_alert_episodes__equal_the_day_by_day_reference(
    chain: Chain, database: psycopg.Connection, practice: list[list[Scored]]
) -> None:
    expected = set()
    for scored in practice:
        pair = add_pair(database, [])
        add_scores(database, pair, scored)
        expected |= {
            (*pair, e.alert_type, e.key, e.opened, e.resolved, e.severity) for e in reference_episodes(scored)
        }
    chain.run(database, [FIRST_DAY], only=ALERTS)
    rows = query(database, EPISODES)
    database.rollback()
    assert {tuple(row.values())[:7] for row in rows} == expected


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=4))
def test_alert_episodes__night_by_night_equal_all_at_once(
    chain: Chain, database: psycopg.Connection, practice: list[list[Scored]]
) -> None:
    pairs = [add_pair(database, []) for _ in practice]
    days = sorted({s.on for scored in practice for s in scored})
    for day in days:
        for pair, scored in zip(pairs, practice, strict=True):
            add_scores(database, pair, [s for s in scored if s.on == day])
        chain.run(database, [day], only=ALERTS)
    night_by_night = query(database, EPISODES)
    database.execute("delete from ai_backend.risk_alert_episodes")
    chain.run(database, days, only=ALERTS)
    at_once = query(database, EPISODES)
    database.rollback()
    assert night_by_night == at_once


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    practice=st.lists(scored_dates(), min_size=1, max_size=4),
    ended=st.lists(st.sampled_from([False, False, False, True]), min_size=30, max_size=30),
)
def test_alert_episodes__end_with_the_relationship_and_begin_afresh(
    chain: Chain, database: psycopg.Connection, practice: list[list[Scored]], ended: list[bool]
) -> None:
    pairs: dict[tuple[Any, Any], list[Scored | date]] = {
        add_pair(database, []): [
            s.on if is_ended else s for s, is_ended in zip(scored, ended[number:] + ended, strict=False)
        ]
        for number, scored in enumerate(practice)
    }
    days = {night if isinstance(night, date) else night.on for nights in pairs.values() for night in nights}
    for day in sorted(days):
        for pair, nights in pairs.items():
            for night in nights:
                if night == day:
                    set_status(database, pair, "ended")
                elif isinstance(night, Scored) and night.on == day:
                    set_status(database, pair, "active")
                    add_scores(database, pair, [night])
        chain.run(database, [day], only=ALERTS)
    rows = query(database, EPISODES)
    database.rollback()
    expected = {
        (*pair, e.alert_type, e.key, e.opened, e.resolved, e.severity)
        for pair, nights in pairs.items()
        for e in reference_episodes(nights)
    }
    assert {tuple(row.values())[:7] for row in rows} == expected


def set_status(database: psycopg.Connection, pair: tuple[Any, Any], status: str) -> None:
    database.execute(
        "update public.coach_clients set status = %s where coach_id = %s and client_id = %s", [status, *pair]
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=6), share=st.floats(0.1, 0.9))
def test_alert_episodes__a_backfill_before_the_first_recorded_day_keeps_what_was_recorded(
    chain: Chain, database: psycopg.Connection, practice: list[list[Scored]], share: float
) -> None:
    pairs = {add_pair(database, []): scored for scored in practice}
    for pair, scored in pairs.items():
        add_scores(database, pair, scored[int(len(scored) * share) :])
    chain.run(database, [FIRST_DAY], only=ALERTS)
    before = query(database, EPISODES)
    for pair, scored in pairs.items():
        add_scores(database, pair, scored[: int(len(scored) * share)])
    chain.run(database, [FIRST_DAY], only=ALERTS)
    after = query(database, EPISODES)
    chain.run(database, [FIRST_DAY], only=ALERTS)
    again = query(database, EPISODES)
    database.rollback()

    kept = {row["id"]: row for row in after}
    assert after == again
    for row in before:
        for column in ("alert_type", "episode_key", "opened_date", "created_at"):
            assert kept[row["id"]][column] == row[column]
    for pair, scored in pairs.items():
        open_now = {(e.alert_type, e.severity) for e in reference_episodes(scored) if e.resolved is None}
        rows = [row for row in after if (row["coach_id"], row["client_id"]) == pair]
        assert {(r["alert_type"], r["severity"]) for r in rows if r["resolved_date"] is None} == open_now
        assert len([r for r in rows if r["resolved_date"] is None]) == len(open_now)
        for episode in reference_episodes(scored):
            assert [r for r in rows if _is_same(r, episode)], episode


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    practice=st.lists(scored_dates(), min_size=1, max_size=6),
    other_scores=st.lists(st.none() | st.sampled_from(SCORES), min_size=30, max_size=30),
)
def test_alert_episodes__keep_their_identity_when_days_are_scored_again(
    chain: Chain,
    database: psycopg.Connection,
    practice: list[list[Scored]],
    other_scores: list[Decimal | None],
) -> None:
    pairs = {add_pair(database, []): scored for scored in practice}
    for pair, scored in pairs.items():
        add_scores(database, pair, scored)
    chain.run(database, [FIRST_DAY], only=ALERTS)
    before = query(database, EPISODES)
    database.execute("delete from ai_backend.risk_scores")
    for pair, scored in pairs.items():
        pairs[pair] = [
            s if other is None else Scored(s.on, Fraction(other), level_of(Fraction(other)), s.last_session)
            for s, other in zip(scored, other_scores, strict=False)
        ]
        add_scores(database, pair, pairs[pair])
    chain.run(database, [FIRST_DAY], only=ALERTS)
    after = query(database, EPISODES)
    chain.run(database, [FIRST_DAY], only=ALERTS)
    again = query(database, EPISODES)
    database.rollback()

    assert after == again
    kept = {row["id"]: row for row in after}
    assert len(kept) == len(after)
    for row in before:
        for column in ("alert_type", "episode_key", "opened_date", "created_at"):
            assert kept[row["id"]][column] == row[column]
    for pair, scored in pairs.items():
        rows = [row for row in after if (row["coach_id"], row["client_id"]) == pair]
        open_now = [(r["alert_type"], r["severity"]) for r in rows if r["resolved_date"] is None]
        expected = [(e.alert_type, e.severity) for e in reference_episodes(scored) if e.resolved is None]
        assert sorted(open_now) == sorted(expected)


def _is_same(row: dict[str, Any], episode: Episode) -> bool:
    return bool(row["alert_type"] == episode.alert_type and row["resolved_date"] == episode.resolved)
