"""Client analytics of many coach-client pairs for one and for ninety dates, against a hash aggregate."""

from datetime import date, timedelta
from typing import Any

import psycopg

from tools.benchmarks.database import AS_OF, dbt, plan, scale_database
from tools.benchmarks.report import Goal, Section
from tools.benchmarks.scale import Size

PAIRS = {"XS": 500, "tenth": 10_000, "S": 100_000, "M": 100_000}
SESSIONS = 20
DATES = 90
CHANGED = 10
GOAL_ONE_DATE, GOAL_DATES = 6.0, 7.0

JOBS = """
insert into ai_backend.transcription_jobs (id, coach_id, client_id, status, session_date, completed_at)
select
    md5('pair-job' || pair || '-' || session)::uuid, md5('coach' || pair / 20)::uuid,
    md5('client' || pair)::uuid,
    'pending', date '2026-11-22' - (session * 9 + pair %% 9),
    timestamptz '2026-11-22' - make_interval(days => session * 9)
from generate_series(1, %(pairs)s) as pair cross join generate_series(1, %(sessions)s) as session
order by session desc, md5(pair::text)
"""
ANALYTICS = """
insert into ai_backend.session_analytics (
    id, job_id, client_id, coach_id, session_date, completed_at, total_duration_seconds,
    coach_talk_time_seconds, client_talk_time_seconds, silence_time_seconds, coach_talk_percentage,
    client_talk_percentage, total_turns, coach_turns, client_turns, model_version,
    cue_resistance_count, cue_commitment_count, cue_breakthrough_count,
    cue_enthusiasm_count, cue_doubt_count, cue_agreement_count, cue_goal_setting_count, speaker_switch_count,
    interruptions_by_coach, interruptions_by_client, quality_warning, quality_warnings, has_cue_evidence,
    source_revision, engagement_score, client_sentiment_score, computed_at
)
select
    md5('analytics' || id::text)::uuid, id, client_id, coach_id, session_date, completed_at,
    1600, 800, 700, 100, 50, 30 + abs(hashtext(id::text)) % 40, 200, 100, 100, 'bench',
    abs(hashtext('r' || id::text)) % 4,
    abs(hashtext('c' || id::text)) % 4, 0, 0, 0, 0, 0, 199, 1, 1, false, '{}', true, 'bench',
    nullif(abs(hashtext('e' || id::text)) % 100, 0), (abs(hashtext('s' || id::text)) % 200 - 100) / 100.0,
    completed_at
from ai_backend.transcription_jobs where status = 'pending'
"""
UPDATE_SESSIONS = """
update ai_backend.session_analytics set engagement_score = 100 - coalesce(engagement_score, 0)
where job_id in (
    select distinct on (client_id) job_id from ai_backend.session_analytics
    where model_version = 'bench' and engagement_score between 1 and 40
    order by client_id, session_date desc limit %s
)
"""
GROUP_BY = """
select
    coach_id, client_id, count(*) as sessions, avg(engagement_score) as engagement,
    avg(client_sentiment_score) as sentiment, sum(cue_resistance_count) as resistance,
    max(session_date) as last_date
from ai_backend.session_analytics group by coach_id, client_id
"""
WINDOWS = "select * from analytics_intermediate.int_clients__windows"


def measure(_: str, rounds: int, size: str) -> Section:
    """Measure in a separate database whose sessions have analytics and no utterances."""
    with scale_database(Size(1, 1, 2), "bench_pairs") as url:
        return _measure(url, rounds, PAIRS[size])


def _measure(url: str, rounds: int, pairs: int) -> Section:
    with psycopg.connect(url) as database:
        database.execute(JOBS.encode(), {"pairs": pairs, "sessions": SESSIONS})
        database.execute(ANALYTICS.encode())
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("vacuum analyze ai_backend.session_analytics")
    baseline = min(_seconds(url, GROUP_BY) for _ in range(rounds + 1))
    last = date.fromisoformat(AS_OF)
    spans = {1: AS_OF, DATES: f"{last - timedelta(DATES - 1)}..{last}"}
    parts, totals = {}, {}
    for dates, span in spans.items():
        run = dbt("run", "--select", "int_clients__*", as_of=span)
        parts[dates] = run.seconds["int_clients__timelines"], _seconds(url, WINDOWS)
        totals[dates] = sum(parts[dates])
    first = dbt("run", "--select", "int_clients__*", "client_analytics")
    with psycopg.connect(url) as database:
        database.execute(UPDATE_SESSIONS.encode(), [CHANGED])
    second = dbt("run", "--select", "int_clients__*", "client_analytics")
    third = dbt("run", "--select", "int_clients__*", "client_analytics")
    written = [run.rows["client_analytics"] for run in (first, second, third)]
    return Section(
        f"Client analytics of {pairs:,} coach-client pairs, {pairs * SESSIONS:,} sessions",
        ("", "seconds", "÷ hash aggregate"),
        [
            _row("hash aggregate by coach-client pair", baseline, baseline),
            *(
                _row(f"{dates} as_of date(s), all windows", seconds, baseline)
                for dates, seconds in totals.items()
            ),
            _row("one date: timelines (shared by all dates)", parts[1][0], baseline),
            _row("one date: windows", parts[1][1], baseline),
        ],
        [
            Goal("One date ÷ hash aggregate", totals[1] / baseline, GOAL_ONE_DATE),
            Goal(f"{DATES} dates ÷ one date", totals[DATES] / totals[1], GOAL_DATES),
            Goal(f"Pairs rewritten ÷ pairs changed ({CHANGED})", written[1] / 3 / CHANGED, 1.0),
            Goal("Rows rewritten without changes", written[2], 0),
        ],
        [
            f"The first run wrote {written[0]:,} rows of client_analytics, "
            f"in {first.seconds['client_analytics']:.1f} s.",
            *(_per_row(dates, 3 * dates * pairs, parts[dates][1]) for dates in spans),
            "The timelines sort all sessions by pair and date and keep running sums:",
        ],
        plan(url, run.statements["int_clients__timelines"]),
    )


def _per_row(dates: int, rows: int, seconds: float) -> str:
    return f"Windows of {dates} date(s): {rows:,} rows, {1e6 * seconds / rows:.1f} µs per row."


def _row(name: str, seconds: float, baseline: float) -> tuple[str, str, str]:
    return name, f"{seconds:.3f}", f"{seconds / baseline:.1f}"


def _seconds(url: str, query: str) -> float:
    """Execution time of a query on the server, without storing or sending its rows."""
    with psycopg.connect(url) as database:
        row: Any = database.execute(f"explain (analyze, timing off, format json) {query}".encode()).fetchone()
    return float(row[0][0]["Execution Time"]) / 1000
