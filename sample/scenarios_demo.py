"""Scenarios of the demo coach; expectations.py has the expected results."""

from sample.scenarios import Scenario, Session, course, session_days, with_cues

DEMO = 0

_IMPROVING = Scenario(
    name="improving",
    coach=DEMO,
    topics=("public_speaking", "confidence", "promotion"),
    sessions=course(session_days(7, 116, 4), openness=(0.2, 0.95), mood=(-0.35, 0.6)),
)

_DECLINING = Scenario(
    name="declining",
    coach=DEMO,
    topics=("career_change", "time_management", "stress"),
    sessions=(
        *course(session_days(7, 150, 94), openness=0.95, mood=0.5),
        *with_cues(course(session_days(7, 87, 66), openness=(0.9, 0.65), mood=(0.5, 0.15)), commitment=2),
        *with_cues(course(session_days(7, 59, 38), openness=(0.45, 0.2), mood=(-0.1, -0.4)), commitment=1),
        *with_cues(course([24, 10], openness=(0.1, 0.05), mood=(-0.5, -0.65)), commitment=0, resistance=1),
    ),
)

_SLOWLY_WORSENING = Scenario(
    name="slowly_worsening",
    coach=DEMO,
    topics=("sleep", "stress", "family_boundaries"),
    sessions=(
        *course(session_days(10, 249, 189), openness=0.95, mood=0.6),
        # sentiment declines before openness does, in small steps
        *course(session_days(10, 179, 129), openness=(0.95, 0.85), mood=(0.6, 0.2)),
        *course(session_days(10, 119, 39), openness=(0.85, 0.15), mood=(0.2, -0.55)),
        *course([16], openness=0.05, mood=-0.75),
    ),
)

_RESISTANT = Scenario(
    name="resistant",
    coach=DEMO,
    topics=("eating", "running", "time_management"),
    sessions=(
        *with_cues(
            course(session_days(7, 95, 53), openness=0.72, mood=0.4),
            resistance=1,
            commitment=0,
            goal_setting=0,
            doubt=1,
        ),
        *with_cues(
            course(session_days(7, 46, 4), openness=0.72, mood=0.02),
            resistance=3,
            commitment=0,
            goal_setting=0,
            doubt=1,
        ),
    ),
)

_ABSENT_30 = Scenario(
    name="absent_30",
    coach=DEMO,
    topics=("delegation", "difficult_colleague", "time_management"),
    sessions=course(session_days(7, 145, 33), openness=0.75, mood=0.25),
)

_ABSENT_45 = Scenario(
    name="absent_45",
    coach=DEMO,
    topics=("small_business", "time_management", "running"),
    sessions=course(session_days(10, 147, 47), openness=0.7, mood=0.3),
)

_LONG_VANISHED = Scenario(
    name="long_vanished",
    coach=DEMO,
    topics=("running", "sleep", "confidence"),
    sessions=course(session_days(14, 482, 412), openness=0.65, mood=0.2),
)

_NEW_ONE_SESSION = Scenario(
    name="new_one_session",
    coach=DEMO,
    topics=("promotion",),
    sessions=(Session(days_ago=5, openness=0.7, mood=0.2),),
)

_STEADY = Scenario(
    name="steady",
    coach=DEMO,
    topics=("delegation", "public_speaking", "running"),
    sessions=(
        *course(session_days(14, 201, 19), openness=0.8, mood=0.3),
        Session(days_ago=5, openness=0.8, mood=0.3, has_details=True),
    ),
)

_RESUMED = Scenario(
    name="resumed",
    coach=DEMO,
    topics=("finishing_studies", "confidence", "sleep"),
    sessions=(
        *course(session_days(14, 310, 240), openness=(0.6, 0.4), mood=(0.1, -0.2)),
        *course(session_days(7, 46, 4), openness=0.75, mood=0.35),
    ),
)

_ENDED = Scenario(
    name="ended",
    coach=DEMO,
    topics=("difficult_colleague", "stress", "career_change"),
    sessions=course(session_days(14, 152, 82), openness=(0.75, 0.35), mood=(0.2, -0.3)),
    is_active=False,
)

_NO_SESSION_YET = Scenario(
    name="no_session_yet", coach=DEMO, topics=("time_management",), sessions=(), known_for_days=12
)

_MISSING_SENTIMENT = Scenario(
    name="missing_sentiment",
    coach=DEMO,
    topics=("eating", "sleep", "running"),
    sessions=course(
        session_days(10, 96, 6), openness=0.72, mood=0.2, like=Session(days_ago=0, sentiment="missing")
    ),
)

_SHARED = Scenario(
    name="shared_with_demo_coach",
    coach=DEMO,
    topics=("promotion", "difficult_colleague"),
    sessions=course(session_days(10, 78, 8), openness=0.75, mood=0.25),
    client="shared",
)

SCENARIOS = (
    _IMPROVING,
    _DECLINING,
    _SLOWLY_WORSENING,
    _RESISTANT,
    _ABSENT_30,
    _ABSENT_45,
    _LONG_VANISHED,
    _NEW_ONE_SESSION,
    _STEADY,
    _RESUMED,
    _ENDED,
    _NO_SESSION_YET,
    _MISSING_SENTIMENT,
    _SHARED,
)
