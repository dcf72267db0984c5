"""Answers of the language model that were paid for, and what was paid, in Postgres.

An answer is committed as soon as it is validated, with the session that uses it: a run that is killed
pays for nothing twice, and erasing a session erases the answers that serve nobody else.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from cue_detector.domain import SessionInput
from cue_detector.llm.budget import today
from cue_detector.store_connection import LastingConnection

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
_KEEP = """
    insert into cue_detection.llm_answers (content_key, model, prompt_version, cues)
    values (%(key)s, %(model)s, %(prompt_version)s, %(cues)s)
    on conflict do nothing
"""
_USE = """
    insert into cue_detection.llm_answer_uses (content_key, job_id, coach_id, client_id)
    values (%(key)s, %(job_id)s, %(coach_id)s, %(client_id)s)
    on conflict do nothing
"""
_SPEND = """
    insert into cue_detection.llm_spending as spending
        (spent_on, model, requests, prompt_tokens, completion_tokens)
    values (%s, %s, %s, %s, %s)
    on conflict (spent_on, model) do update set
        requests = spending.requests + excluded.requests,
        prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = spending.completion_tokens + excluded.completion_tokens
"""


class AnswerCache:
    """Keeps answers of one model to one version of the prompt; usable from any thread."""

    def __init__(self, connection: LastingConnection, model: str, prompt_version: str) -> None:
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

    def keep(self, session: SessionInput, answers: Mapping[str, AnswerJson]) -> None:
        """Commit validated answers and their use; a session erased meanwhile keeps nothing."""
        shared = {**_owner(session), "model": self._model, "prompt_version": self._prompt_version}
        rows = [{**shared, "key": key, "cues": Jsonb(cues)} for key, cues in sorted(answers.items())]

        def insert(connection: psycopg.Connection[Any]) -> None:
            with connection.cursor() as cursor:
                cursor.executemany(_KEEP, rows)
                cursor.executemany(_USE, rows)

        with suppress(psycopg.errors.ForeignKeyViolation):
            self._connection.run(insert)

    def spend(self, requests: int, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what was paid today, at once."""
        row = [today(), self._model, requests, prompt_tokens, completion_tokens]
        self._connection.run(lambda connection: connection.execute(_SPEND, row))

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
