"""Alerts equal the reference implementation on random scores, in one run and date by date."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client_histories import add_pair, add_scores
from tests.support.nightly_simulation import NightlySimulation, query
from tests.support.reference_alerts import Episode, ScoredDate, reference_episodes
from tests.support.reference_risk import level_of
from tests.support.strategies import FIRST_DATE

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
# At and around every threshold of the rules: 25, 45, 50, 75, and differences of 10 and 20.
SCORES = [
    Decimal(score)
    for score in (
        *(0, 5, 15, "24.99", 25, 30, 35, "44.99", 45, "45.01"),
        *(50, "50.01", 55, 60, 65, 70, 75, "75.01", 85, 100),
    )
]


@st.composite
def scored_dates(draw: st.DrawFn) -> list[ScoredDate]:
    """Scored dates in order, with gaps and occasional new sessions."""
    days = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 6, 7, 8, 14, 20]), min_size=1, max_size=30))
    as_of_date, last_session, result = FIRST_DATE, FIRST_DATE - timedelta(days=draw(st.integers(0, 50))), []
    score = draw(st.sampled_from(SCORES))
    for gap in days:
        as_of_date += timedelta(days=gap)
        if draw(st.integers(0, 9)) == 0:
            last_session = as_of_date - timedelta(days=draw(st.sampled_from([0, 1, 3, 31])))
        score = draw(st.sampled_from(SCORES)) if draw(st.integers(0, 3)) == 0 else score
        result.append(
            ScoredDate(
                as_of_date,
                Fraction(score),
                level_of(Fraction(score)),
                max(last_session, FIRST_DATE - timedelta(50)),
            )
        )
    return _with_sessions_in_order(result)


def _with_sessions_in_order(scored: list[ScoredDate]) -> list[ScoredDate]:
    latest = date.min
    result = []
    for s in scored:
        latest = max(latest, s.last_session)
        result.append(ScoredDate(s.as_of_date, s.score, s.level, latest))
    return result


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=8))
def test_alert_episodes__equal_the_reference(
    simulation: NightlySimulation, database: psycopg.Connection, practice: list[list[ScoredDate]]
) -> None:
    expected = set()
    for scored in practice:
        pair = add_pair(database, [])
        add_scores(database, pair, scored)
        expected |= {
            (*pair, e.alert_type, e.key, e.opened, e.resolved, e.severity) for e in reference_episodes(scored)
        }
    simulation.run(database, [FIRST_DATE], only=ALERTS)
    rows = query(database, EPISODES)
    database.rollback()
    assert {tuple(row.values())[:7] for row in rows} == expected


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=4))
def test_alert_episodes__date_by_date_equal_one_run(
    simulation: NightlySimulation, database: psycopg.Connection, practice: list[list[ScoredDate]]
) -> None:
    pairs = [add_pair(database, []) for _ in practice]
    days = sorted({s.as_of_date for scored in practice for s in scored})
    for day in days:
        for pair, scored in zip(pairs, practice, strict=True):
            add_scores(database, pair, [s for s in scored if s.as_of_date == day])
        simulation.run(database, [day], only=ALERTS)
    date_by_date = query(database, EPISODES)
    database.execute("delete from ai_backend.risk_alert_episodes")
    simulation.run(database, days, only=ALERTS)
    in_one_run = query(database, EPISODES)
    database.rollback()
    assert date_by_date == in_one_run


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    practice=st.lists(scored_dates(), min_size=1, max_size=4),
    ended=st.lists(st.sampled_from([False, False, False, True]), min_size=30, max_size=30),
)
def test_alert_episodes__end_with_the_relationship(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    practice: list[list[ScoredDate]],
    ended: list[bool],
) -> None:
    pairs: dict[tuple[Any, Any], list[ScoredDate | date]] = {
        add_pair(database, []): [
            s.as_of_date if is_ended else s
            for s, is_ended in zip(scored, ended[number:] + ended, strict=False)
        ]
        for number, scored in enumerate(practice)
    }
    days = {
        item if isinstance(item, date) else item.as_of_date for history in pairs.values() for item in history
    }
    for day in sorted(days):
        for pair, history in pairs.items():
            for item in history:
                if item == day:
                    set_status(database, pair, "ended")
                elif isinstance(item, ScoredDate) and item.as_of_date == day:
                    set_status(database, pair, "active")
                    add_scores(database, pair, [item])
        simulation.run(database, [day], only=ALERTS)
    rows = query(database, EPISODES)
    database.rollback()
    expected = {
        (*pair, e.alert_type, e.key, e.opened, e.resolved, e.severity)
        for pair, history in pairs.items()
        for e in reference_episodes(history)
    }
    assert {tuple(row.values())[:7] for row in rows} == expected


def set_status(database: psycopg.Connection, pair: tuple[Any, Any], status: str) -> None:
    database.execute(
        "update public.coach_clients set status = %s where coach_id = %s and client_id = %s", [status, *pair]
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(practice=st.lists(scored_dates(), min_size=1, max_size=6), share=st.floats(0.1, 0.9))
def test_alert_episodes__backfill_of_earlier_dates_keeps_recorded_alerts(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    practice: list[list[ScoredDate]],
    share: float,
) -> None:
    pairs = {add_pair(database, []): scored for scored in practice}
    for pair, scored in pairs.items():
        add_scores(database, pair, scored[int(len(scored) * share) :])
    simulation.run(database, [FIRST_DATE], only=ALERTS)
    before = query(database, EPISODES)
    for pair, scored in pairs.items():
        add_scores(database, pair, scored[: int(len(scored) * share)])
    simulation.run(database, [FIRST_DATE], only=ALERTS)
    after = query(database, EPISODES)
    simulation.run(database, [FIRST_DATE], only=ALERTS)
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
def test_alert_episodes__keep_their_ids_when_dates_are_rescored(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    practice: list[list[ScoredDate]],
    other_scores: list[Decimal | None],
) -> None:
    pairs = {add_pair(database, []): scored for scored in practice}
    for pair, scored in pairs.items():
        add_scores(database, pair, scored)
    simulation.run(database, [FIRST_DATE], only=ALERTS)
    before = query(database, EPISODES)
    database.execute("delete from ai_backend.risk_scores")
    for pair, scored in pairs.items():
        pairs[pair] = [
            s
            if other is None
            else ScoredDate(s.as_of_date, Fraction(other), level_of(Fraction(other)), s.last_session)
            for s, other in zip(scored, other_scores, strict=False)
        ]
        add_scores(database, pair, pairs[pair])
    simulation.run(database, [FIRST_DATE], only=ALERTS)
    after = query(database, EPISODES)
    simulation.run(database, [FIRST_DATE], only=ALERTS)
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
