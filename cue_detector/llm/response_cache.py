"""Answers of the language model that were paid for, and what was paid, in Postgres.

An answer is committed as soon as it is validated, with the session that uses it: a run that is killed
pays for nothing twice, and erasing a session erases the answers that serve nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from cue_detector.domain import SessionInput
from cue_detector.llm.budget import today
from cue_detector.store.connection import ReconnectingConnection
from cue_detector.store.statements import Insert

AnswerJson = list[dict[str, Any]]

_READ = """
    with used as (
        insert into cue_detection.llm_answer_uses (content_key, job_id, coach_id, client_id)
        select content_key, %(job_id)s, %(coach_id)s, %(client_id)s
        from cue_detection.llm_answers
        where content_key = any(%(keys)s)
        on conflict do nothing
    )
    select content_key, cues from cue_detection.llm_answers where content_key = any(%(keys)s)
"""
_KEEP = Insert(
    "llm_answers",
    {"content_key": "text", "model": "text", "prompt_version": "text", "cues": "jsonb"},
    "on conflict do nothing",
)
_USE = Insert(
    "llm_answer_uses",
    {"content_key": "text", "job_id": "uuid", "coach_id": "uuid", "client_id": "uuid"},
    "on conflict do nothing",
)
_SPEND = """
    insert into cue_detection.llm_spending as spending
        (spent_on, model, requests, prompt_tokens, completion_tokens)
    values (%s, %s, %s, %s, %s)
    on conflict (spent_on, model) do update set
        requests = spending.requests + excluded.requests,
        prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = spending.completion_tokens + excluded.completion_tokens
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was paid: requests, and tokens as the provider counts them."""

    requests: int
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Return all tokens."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Entry:
    """What one request brought: validated answers by key, the session they serve, and what was paid."""

    session: SessionInput
    answers: Mapping[str, AnswerJson]
    spent: Spent


class ResponseCache:
    """Keeps answers of one model to one version of the prompt; usable from any thread."""

    def __init__(self, connection: ReconnectingConnection, model: str, prompt_version: str) -> None:
        """Keep them through a connection that logs in as the detector's role."""
        self._connection = connection
        self._model = model
        self._prompt_version = prompt_version

    def read(self, session: SessionInput, keys: Sequence[str]) -> dict[str, AnswerJson]:
        """Return the known answers by key, and note that the session uses them."""
        if not keys:
            return {}
        parameters = {**_owner(session), "keys": sorted(keys)}
        try:
            return dict(
                self._connection.run(lambda connection: connection.execute(_READ, parameters).fetchall())
            )
        except psycopg.errors.ForeignKeyViolation:
            return {}  # the session, or an answer, was erased a moment ago

    def keep(self, entries: Sequence[Entry]) -> None:
        """Commit what was answered and paid, together; a session erased meanwhile keeps nothing.

        What was paid is counted in any case.
        """
        try:
            self._connection.run(lambda connection: self._write(connection, entries))
        except psycopg.errors.ForeignKeyViolation:
            if len(entries) == 1:
                self.keep([replace(entries[0], answers={})])
                return
            for entry in entries:
                self.keep([entry])

    def _write(self, connection: psycopg.Connection[Any], entries: Sequence[Entry]) -> None:
        rows = [
            {
                **_owner(entry.session),
                "content_key": key,
                "cues": Jsonb(cues),
                "model": self._model,
                "prompt_version": self._prompt_version,
            }
            for entry in entries
            for key, cues in sorted(entry.answers.items())
        ]
        for insert in (_KEEP, _USE) if rows else ():
            connection.execute(insert.statement, insert.by_column(rows))
        spent = [entry.spent for entry in entries]
        connection.execute(
            _SPEND,
            [
                today(),
                self._model,
                sum(each.requests for each in spent),
                sum(each.prompt_tokens for each in spent),
                sum(each.completion_tokens for each in spent),
            ],
        )

    def spent_today(self) -> int:
        """Return the tokens that all runs of this day (UTC) have paid for, of any model."""
        query = """
            select coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint
            from cue_detection.llm_spending where spent_on = %s
        """
        row = self._connection.run(lambda connection: connection.execute(query, [today()]).fetchone())
        return int(row[0]) if row else 0


def _owner(session: SessionInput) -> dict[str, UUID]:
    return {"job_id": session.job_id, "coach_id": session.coach_id, "client_id": session.client_id}
