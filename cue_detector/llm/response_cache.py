"""Cache of paid language model responses, and the spending record, in Postgres.

A validated response is committed immediately, together with the session that uses it: a killed run pays for
no response twice, and erasing a session erases the responses that no other session uses.
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
from warehouse.sql_files import load_sql

CuesJson = list[dict[str, Any]]

_INSERT_RESPONSES = Insert(
    "llm_answers",
    {"content_key": "text", "model": "text", "prompt_version": "text", "cues": "jsonb"},
    "on conflict do nothing",
)
_INSERT_USES = Insert(
    "llm_answer_uses",
    {"content_key": "text", "job_id": "uuid", "coach_id": "uuid", "client_id": "uuid"},
    "on conflict do nothing",
)


@dataclass(frozen=True, slots=True)
class RequestUsage:
    """Requests, and tokens as the provider counts them."""

    requests: int
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Validated responses of one request by key, the session that uses them, and their usage."""

    session: SessionInput
    responses: Mapping[str, CuesJson]
    usage: RequestUsage


class ResponseCache:
    """Responses of one model to one prompt version; thread-safe."""

    def __init__(self, connection: ReconnectingConnection, model: str, prompt_version: str) -> None:
        """`connection` uses the detector's login role."""
        self._connection = connection
        self._model = model
        self._prompt_version = prompt_version

    def get(self, session: SessionInput, keys: Sequence[str]) -> dict[str, CuesJson]:
        """Return the cached responses by key and record that the session uses them."""
        if not keys:
            return {}
        statement = load_sql(__package__, "use_cached_responses")
        parameters = {**_owner(session), "keys": sorted(keys)}
        try:
            return dict(
                self._connection.run(lambda connection: connection.execute(statement, parameters).fetchall())
            )
        except psycopg.errors.ForeignKeyViolation:
            return {}  # the session or a response was erased concurrently

    def put(self, entries: Sequence[CacheEntry]) -> None:
        """Commit responses and usage in one transaction.

        Responses of a session that was erased in the meantime are discarded; their usage is recorded.
        """
        try:
            self._connection.run(lambda connection: self._write(connection, entries))
        except psycopg.errors.ForeignKeyViolation:
            if len(entries) == 1:
                self.put([replace(entries[0], responses={})])
                return
            for entry in entries:
                self.put([entry])

    def _write(self, connection: psycopg.Connection[Any], entries: Sequence[CacheEntry]) -> None:
        rows = [
            {
                **_owner(entry.session),
                "content_key": key,
                "cues": Jsonb(cues),
                "model": self._model,
                "prompt_version": self._prompt_version,
            }
            for entry in entries
            for key, cues in sorted(entry.responses.items())
        ]
        for insert in (_INSERT_RESPONSES, _INSERT_USES) if rows else ():
            connection.execute(insert.statement, insert.by_column(rows))
        connection.execute(
            load_sql(__package__, "add_spending"),
            {
                "date": today(),
                "model": self._model,
                "requests": sum(entry.usage.requests for entry in entries),
                "prompt_tokens": sum(entry.usage.prompt_tokens for entry in entries),
                "completion_tokens": sum(entry.usage.completion_tokens for entry in entries),
            },
        )

    def spent_today(self) -> int:
        """Return the tokens that all runs of the current UTC date have spent, over all models."""
        query, parameters = load_sql(__package__, "tokens_of_date"), {"date": today()}
        row = self._connection.run(lambda connection: connection.execute(query, parameters).fetchone())
        return int(row[0]) if row else 0


def _owner(session: SessionInput) -> dict[str, UUID]:
    return {"job_id": session.job_id, "coach_id": session.coach_id, "client_id": session.client_id}
