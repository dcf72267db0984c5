"""Answers of the language model that were paid for, and what was paid, in Postgres.

An answer is committed as soon as it is validated, with the session that uses it: a run that is killed
pays for nothing twice, and erasing a session erases the answers that serve nobody else.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from cue_detector.domain import SessionInput
from cue_detector.llm.budget import today

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
    """Keeps answers; one connection of its own, usable from any thread."""

    def __init__(self, database_url: str, model: str, prompt_version: str) -> None:
        """Connect as the detector's role."""
        self._connection = psycopg.connect(database_url, autocommit=True, prepare_threshold=None)
        self._lock = threading.Lock()
        self._model = model
        self._prompt_version = prompt_version

    def __enter__(self) -> Self:
        """Return the cache."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def read(self, session: SessionInput, keys: Sequence[str]) -> dict[str, AnswerJson]:
        """Return the known answers by key, and note that the session uses them."""
        if not keys:
            return {}
        with self._lock:
            try:
                rows = self._connection.execute(_READ, {**_owner(session), "keys": list(keys)}).fetchall()
            except psycopg.errors.ForeignKeyViolation:
                return {}  # the session, or an answer, was erased a moment ago
        return dict(rows)

    def keep(self, session: SessionInput, answers: Mapping[str, AnswerJson]) -> None:
        """Commit validated answers and their use; a session erased meanwhile keeps nothing."""
        shared = {**_owner(session), "model": self._model, "prompt_version": self._prompt_version}
        with self._lock, suppress(psycopg.errors.ForeignKeyViolation), self._connection.transaction():
            for key, cues in sorted(answers.items()):
                row = {**shared, "key": key, "cues": Jsonb(cues)}
                self._connection.execute(_KEEP, row)
                self._connection.execute(_USE, row)

    def spend(self, requests: int, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what was paid today, at once."""
        row = [today(), self._model, requests, prompt_tokens, completion_tokens]
        with self._lock:
            self._connection.execute(_SPEND, row)

    def spent_today(self) -> int:
        """Return the tokens that all runs of this day (UTC) have paid for, of any model."""
        query = """
            select coalesce(sum(prompt_tokens + completion_tokens), 0)::bigint
            from cue_detection.llm_spending where spent_on = %s
        """
        with self._lock:
            row = self._connection.execute(query, [today()]).fetchone()
        return int(row[0]) if row else 0


def _owner(session: SessionInput) -> dict[str, UUID]:
    return {"job_id": session.job_id, "coach_id": session.coach_id, "client_id": session.client_id}
