"""Scenarios of the other coaches: flawed recordings and metadata.

expectations.py has the expected results.
"""

from dataclasses import replace

from sample.deterministic_random import SeededRandom
from sample.scenarios import Scenario, Session, course, session_days

SECOND = 1
THIRD = 2

ORDINARY_PER_SIZE = 2

_SINGLE_SPEAKER = Scenario(
    name="single_speaker",
    coach=SECOND,
    topics=("stress", "sleep", "eating"),
    sessions=(
        *course(session_days(7, 53, 18), openness=0.75, mood=0.2),
        Session(days_ago=11, openness=0.8, mood=0.2, recording="client_only"),
        Session(days_ago=4, openness=0.6, mood=0.2, recording="coach_only"),
    ),
)

_SHORT_SESSIONS = Scenario(
    name="short_sessions",
    coach=SECOND,
    topics=("running", "eating", "sleep"),
    sessions=(
        *course(session_days(7, 51, 30), openness=0.6, mood=0.2),
        *course(session_days(7, 23, 2), openness=0.72, mood=0.2, like=Session(days_ago=0, turns=8)),
    ),
)

_OVERLAPPING_SPEECH = Scenario(
    name="overlapping_speech",
    coach=SECOND,
    topics=("small_business", "difficult_colleague", "delegation"),
    sessions=course(session_days(7, 52, 3), openness=0.8, mood=0.3, like=Session(days_ago=0, overlaps=0.4)),
)

_UNLABELLED_SPEAKERS = Scenario(
    name="unlabelled_speakers",
    coach=SECOND,
    topics=("career_change", "confidence"),
    sessions=course(
        session_days(7, 48, 6), openness=0.7, mood=0.2, like=Session(days_ago=0, speakers="numbers")
    ),
)

_TWO_SESSIONS_ONE_DAY = Scenario(
    name="two_sessions_one_day",
    coach=SECOND,
    topics=("public_speaking", "promotion"),
    sessions=(
        *course(session_days(7, 52, 17), openness=0.75, mood=0.25),
        Session(days_ago=10, openness=0.75, mood=0.25, hour=8),
        Session(days_ago=10, openness=0.75, mood=0.25, hour=15),
        Session(days_ago=3, openness=0.75, mood=0.25),
    ),
)

_SHARED = Scenario(
    name="shared_with_second_coach",
    coach=SECOND,
    topics=("family_boundaries", "sleep"),
    sessions=course(session_days(14, 108, 38), openness=0.7, mood=0.2),
    client="shared",
)

_NO_UTTERANCES = Scenario(
    name="no_utterances",
    coach=THIRD,
    topics=("time_management", "stress"),
    sessions=(
        *course(session_days(7, 33, 26), openness=0.7, mood=0.2),
        Session(days_ago=19, recording="empty_transcript", has_summary=False),
        Session(days_ago=12, recording="no_transcript", has_summary=False),
    ),
)

_BACKWARD_TIMES = Scenario(
    name="backward_times",
    coach=THIRD,
    topics=("finishing_studies", "time_management"),
    sessions=(
        *course(session_days(7, 38, 10), openness=0.75, mood=0.2),
        Session(days_ago=3, openness=0.75, mood=0.2, reversed_timestamps=2),
    ),
)

_UNDATED_SESSIONS = Scenario(
    name="undated_sessions",
    coach=THIRD,
    topics=("confidence", "public_speaking"),
    sessions=(
        *course(session_days(14, 51, 37), openness=0.75, mood=0.2),
        Session(days_ago=16, openness=0.75, mood=0.2, dated="created_at"),
        Session(days_ago=9, openness=0.75, mood=0.2, dated="completed_at"),
    ),
)

_FUTURE_SESSION = Scenario(
    name="future_session",
    coach=THIRD,
    topics=("promotion", "delegation"),
    sessions=(
        *course(session_days(10, 55, 5), openness=0.75, mood=0.2),
        Session(days_ago=-6, openness=0.1, mood=-0.8, recorded_days_ago=2),
    ),
)

_UNFINISHED_JOBS = Scenario(
    name="unfinished_jobs",
    coach=THIRD,
    topics=("stress", "family_boundaries"),
    sessions=(
        *course(session_days(7, 32, 11), openness=0.75, mood=0.2),
        Session(days_ago=4, state="failed", recording="no_transcript", has_summary=False),
        Session(days_ago=1, state="processing", recording="no_transcript", has_summary=False),
        Session(days_ago=0, state="pending", recording="no_transcript", has_summary=False),
    ),
)

_NOISY_RECORDINGS = Scenario(
    name="noisy_recordings",
    coach=THIRD,
    topics=("small_business", "running"),
    sessions=(
        *course(session_days(7, 46, 25), openness=0.75, mood=0.25),
        Session(days_ago=18, openness=0.75, mood=0.25, speaker_confidence=0.58, transcript_confidence=0.61),
        Session(days_ago=11, openness=0.75, mood=0.25, speakers="untidy", sentiment="untidy"),
        Session(days_ago=4, openness=0.75, mood=0.25, has_older_transcript=True),
    ),
)

SCENARIOS = (
    _SINGLE_SPEAKER,
    _SHORT_SESSIONS,
    _OVERLAPPING_SPEECH,
    _UNLABELLED_SPEAKERS,
    _TWO_SESSIONS_ONE_DAY,
    _SHARED,
    _NO_UTTERANCES,
    _BACKWARD_TIMES,
    _UNDATED_SESSIONS,
    _FUTURE_SESSION,
    _UNFINISHED_JOBS,
    _NOISY_RECORDINGS,
)

_ORDINARY_TOPICS = (
    ("time_management", "delegation", "sleep"),
    ("career_change", "confidence", "running"),
    ("family_boundaries", "stress", "eating"),
    ("finishing_studies", "sleep", "confidence"),
    ("small_business", "time_management", "family_boundaries"),
    ("promotion", "public_speaking", "stress"),
)


def ordinary_scenarios(seed: int, size: int) -> tuple[Scenario, ...]:
    """Return clients at low risk, `size` times ORDINARY_PER_SIZE, of the second and third coach."""
    return tuple(_ordinary(seed, number) for number in range(1, size * ORDINARY_PER_SIZE + 1))


def _ordinary(seed: int, number: int) -> Scenario:
    name = f"ordinary_{number:04}"
    rng = SeededRandom(seed, name)
    interval = rng.choice((7, 10, 12))
    last = rng.integer(2, interval)
    count = rng.integer(8, 11)
    openness = rng.uniform(0.6, 0.85)
    mood = rng.uniform(0.1, 0.35)
    sessions = course(session_days(interval, last + interval * (count - 1), last), openness, mood)
    return Scenario(
        name=name,
        coach=(SECOND, THIRD)[number % 2],
        topics=rng.choice(_ORDINARY_TOPICS),
        sessions=tuple(replace(s, openness=round(openness + rng.uniform(-0.05, 0.05), 4)) for s in sessions),
    )
