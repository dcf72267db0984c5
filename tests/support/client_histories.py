"""Rows of session_analytics with given values: the input of client analytics, risk scores and alerts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg

from tests.support.reference_alerts import ScoredDate
from tests.support.rows import insert, new_id


@dataclass(frozen=True)
class SessionValues:
    """The values of a session that client analytics use; None is unknown."""

    session_date: date
    engagement: Decimal | None = Decimal(50)
    sentiment: Decimal | None = Decimal(0)
    client_talk: Decimal = Decimal(50)
    coach_talk: Decimal = Decimal(40)
    resistance: int = 0
    commitment: int = 0
    breakthrough: int = 0
    has_cue_evidence: bool = True
    is_attributed: bool = True
    """Whether a coach or client was recognised."""


def add_pair(
    connection: psycopg.Connection,
    sessions: list[SessionValues],
    *,
    coach_id: uuid.UUID | None = None,
    client_id: uuid.UUID | None = None,
    status: str = "active",
) -> tuple[uuid.UUID, uuid.UUID]:
    """Insert a pair and its sessions, those of one date in the given order; returns (coach id, client id)."""
    coach_id, client_id = coach_id or new_id(), client_id or new_id()
    insert(connection, "public.coach_clients", coach_id=coach_id, client_id=client_id, status=status)
    for number, session in enumerate(sessions):
        add_session_values(connection, session, coach_id, client_id, number)
    return coach_id, client_id


def add_session_values(
    connection: psycopg.Connection,
    values: SessionValues,
    coach_id: uuid.UUID,
    client_id: uuid.UUID,
    number: int = 0,
) -> uuid.UUID:
    """Insert a completed job and its analytics; returns its id. `number` orders sessions of one date."""
    job_id = new_id()
    completed_at = datetime.combine(values.session_date, datetime.min.time(), UTC) + timedelta(minutes=number)
    insert(
        connection,
        "ai_backend.transcription_jobs",
        id=job_id,
        coach_id=coach_id,
        client_id=client_id,
        status="completed",
        session_date=values.session_date,
        completed_at=completed_at,
        created_at=completed_at,
        updated_at=completed_at,
    )
    turns = 1 if values.is_attributed else 0
    insert(
        connection,
        "ai_backend.session_analytics",
        id=new_id(),
        job_id=job_id,
        client_id=client_id,
        coach_id=coach_id,
        session_date=values.session_date,
        total_duration_seconds=600,
        coach_talk_time_seconds=0,
        client_talk_time_seconds=0,
        silence_time_seconds=0,
        coach_talk_percentage=values.coach_talk if turns else 0,
        client_talk_percentage=values.client_talk if turns else 0,
        total_turns=2,
        coach_turns=turns,
        client_turns=turns,
        cue_resistance_count=values.resistance,
        cue_commitment_count=values.commitment,
        cue_breakthrough_count=values.breakthrough,
        client_sentiment_score=values.sentiment,
        engagement_score=values.engagement,
        computed_at=completed_at,
        model_version="test",
        cue_enthusiasm_count=0,
        cue_doubt_count=0,
        cue_agreement_count=0,
        cue_goal_setting_count=0,
        speaker_switch_count=0,
        interruptions_by_coach=0,
        interruptions_by_client=0,
        quality_warning=False,
        quality_warnings=[],
        has_cue_evidence=values.has_cue_evidence,
        completed_at=completed_at,
        source_revision="test",
    )
    return job_id


def add_scores(
    connection: psycopg.Connection, pair: tuple[uuid.UUID, uuid.UUID], scored: Iterable[ScoredDate]
) -> None:
    """Insert recorded risk scores of a pair."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ai_backend.risk_scores (id, coach_id, client_id, as_of_date, risk_score, "
            "risk_level, is_at_risk, is_urgent, last_session_date, days_since_last_session, "
            "churn_probability, factors, recommended_action, computed_at, valid_until, "
            "model_version, is_calibrated, risk_level_rank) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '[]', 'Call', '2026-01-01', '2026-01-08', "
            "'risk-1.0.0', false, 1)",
            [
                (
                    new_id(),
                    *pair,
                    s.as_of_date,
                    Decimal(s.score.numerator) / s.score.denominator,
                    s.level,
                    s.level in ("high", "critical"),
                    s.level == "critical",
                    s.last_session,
                    (s.as_of_date - s.last_session).days,
                )
                for s in scored
            ],
        )
