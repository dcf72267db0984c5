"""Generates synthetic source data of a given size inside Postgres.

The texts are sentences of the sample data set. Rows are inserted in the order of a transcription service: a
session's utterances together, the sessions of different clients in the order of their completion.
"""

from dataclasses import dataclass

import psycopg

from sample import sentences


@dataclass(frozen=True)
class Size:
    """Size of the generated data."""

    clients: int
    sessions_per_client: int
    utterances_per_session: int
    clients_per_coach: int = 20
    days_of_latest: int = 9
    """Number of days over which the clients' latest sessions are spread."""

    @property
    def sessions(self) -> int:
        return self.clients * self.sessions_per_client

    @property
    def utterances(self) -> int:
        return self.sessions * self.utterances_per_session


SIZES = {
    "XS": Size(100, 10, 50),
    "tenth": Size(100, 20, 200),
    "S": Size(1_000, 20, 200),
    "M": Size(10_000, 20, 200),
}

PHRASES = "create temporary table phrases (role text, number integer, text text, primary key (role, number))"

JOBS = """
insert into ai_backend.transcription_jobs
    (id, coach_id, client_id, status, session_date, completed_at, created_at, updated_at)
select
    md5('job' || client || '-' || session)::uuid,
    md5('coach' || client %% %(coaches)s)::uuid,
    md5('client' || client)::uuid,
    'completed',
    date '2026-11-22' - days_ago,
    timestamptz '2026-11-22 12:00+00' - make_interval(days => days_ago),
    timestamptz '2026-11-22 11:00+00' - make_interval(days => days_ago),
    timestamptz '2026-11-22 12:00+00' - make_interval(days => days_ago)
from generate_series(1, %(clients)s::integer) as client
cross join generate_series(%(first_session)s::integer, %(last_session)s::integer) as session
cross join lateral (select session * 9 + client %% %(days_of_latest)s as days_ago) as past
order by session desc, md5(client::text)
"""

PAIRS = """
insert into public.coach_clients (coach_id, client_id, status)
select distinct coach_id, client_id, 'active' from ai_backend.transcription_jobs
on conflict do nothing
"""

TRANSCRIPTS = """
insert into ai_backend.transcripts (id, job_id, confidence_score, created_at)
select md5('transcript' || id)::uuid, id, 0.95, completed_at
from ai_backend.transcription_jobs as jobs
where not exists (select from ai_backend.transcripts where transcripts.job_id = jobs.id)
order by completed_at, md5(id::text)
"""

UTTERANCES = """
insert into ai_backend.utterances
    (id, transcript_id, speaker_number, speaker_label, speaker_confidence, text, start_time, end_time,
     sentiment, sequence_number, created_at)
select
    md5(t.id::text || n)::uuid, t.id, n %% 2, case n %% 2 when 0 then 'coach' else 'client' end, 0.9, p.text,
    n * 8 + hashtext(t.id::text || n) %% 3 + 3,
    n * 8 + hashtext(t.id::text || n) %% 3 + 8 + hashtext('e' || t.id::text || n) %% 3,
    (array['positive', 'neutral', 'negative', null])[1 + abs(hashtext('s' || t.id::text || n)) %% 4],
    n, t.created_at
from (
    select id, created_at from ai_backend.transcripts as transcripts
    where not exists (select from ai_backend.utterances where utterances.transcript_id = transcripts.id)
    order by created_at, id
) as t
cross join generate_series(0, %(utterances)s - 1) as n
inner join phrases as p
    on p.role = case n %% 2 when 0 then 'coach' else 'client' end
    and p.number = abs(hashtext('p' || t.id::text || n)) %% (
        case n %% 2 when 0 then %(coach_phrases)s else %(client_phrases)s end
    )
order by t.created_at, t.id, n
"""


def fill(database_url: str, size: Size) -> None:
    """Fill an empty, migrated database. The same size gives the same rows."""
    _write(database_url, size, size.clients, range(1, size.sessions_per_client + 1))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def add_sessions(database_url: str, size: Size, clients: int) -> None:
    """Add a latest session for each of the first `clients` clients of a filled database."""
    _write(database_url, size, clients, range(1))


def _write(database_url: str, size: Size, clients: int, sessions: range) -> None:
    phrases = {"coach": sentences("coach"), "client": sentences("client")}
    parameters = {
        "coaches": max(1, size.clients // size.clients_per_coach),
        "days_of_latest": size.days_of_latest,
        "clients": clients,
        "first_session": sessions[0],
        "last_session": sessions[-1],
        "utterances": size.utterances_per_session,
        "coach_phrases": len(phrases["coach"]),
        "client_phrases": len(phrases["client"]),
    }
    with psycopg.connect(database_url) as connection:
        connection.execute(PHRASES)
        with connection.cursor().copy("copy phrases from stdin") as copy:
            for role, texts in phrases.items():
                for number, text in enumerate(texts):
                    copy.write_row((role, number, text))
        connection.execute("analyze phrases")
        for statement in (JOBS, PAIRS, TRANSCRIPTS, UTTERANCES):
            connection.execute(statement, parameters)
