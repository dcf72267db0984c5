"""Helpers of the cue detector tests: a built database with pending sessions, and a keyword detector."""

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from cue_detector.domain import Cue, CueType, DetectionStatus, SessionDetection, SessionInput
from cue_detector.settings import CueSettings
from tests.support.databases import as_role, database_name
from tests.support.project import project
from tests.support.rows import Said, add_session

PENDING_SESSIONS = "int_cues__pending_sessions"
_compiled: dict[str, str] = {}


class KeywordDetector:
    """Test double of the local detector: "maybe" is a cue of type doubt."""

    name = "local"
    version = "keywords-1"

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        for session in sessions:
            cues = tuple(
                Cue(
                    u.utterance_id,
                    CueType.DOUBT,
                    0.8,
                    "Hesitates.",
                    (u.text.index("maybe"), u.text.index("maybe") + 5),
                )
                for u in session.utterances
                if u.role == "client" and "maybe" in u.text
            )
            yield SessionDetection(
                session.job_id, self.name, self.version, None, DetectionStatus.SUCCEEDED, cues
            )


@dataclass
class CueDatabase:
    """A database with all models built."""

    url: str

    @property
    def cues_url(self) -> str:
        """The database URL with the detector's login role."""
        return as_role(self.url, "warehouse_cues")

    def clear(self) -> None:
        """Delete all sessions, cached responses and spending."""
        with psycopg.connect(self.url) as connection:
            connection.execute("truncate ai_backend.transcription_jobs cascade")
            connection.execute("truncate cue_detection.llm_answers cascade")
            connection.execute("truncate cue_detection.llm_spending")

    def delete_detections(self) -> None:
        """Delete all detections, so that every session is pending again."""
        with psycopg.connect(self.url) as connection:
            connection.execute("truncate cue_detection.session_detections cascade")

    def replace_text(self, old: str, new: str) -> None:
        """Replace a text in all utterances without updating any timestamp."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "update ai_backend.utterances set text = replace(text, %(old)s, %(new)s)"
                " where strpos(text, %(old)s) > 0",
                {"old": old, "new": new},
            )

    def add(self, *client_lines: str, coach: str = "How was your week?", **columns: Any) -> UUID:
        """Add a session with these client utterances, each after the coach's, and return its job id."""
        utterances: list[Said] = []
        for number, line in enumerate(client_lines):
            utterances.append(Said("coach", number * 20, number * 20 + 5, coach, sentiment="neutral"))
            utterances.append(Said("client", number * 20 + 6, number * 20 + 19, line, sentiment="neutral"))
        return self.add_utterances(utterances, **columns)

    def add_utterances(self, utterances: list[Said] | None, **columns: Any) -> UUID:
        """Add a session with exactly these utterances and return its job id."""
        with psycopg.connect(self.url) as connection:
            return add_session(connection, utterances, **columns)

    def refresh_pending(self, **variables: Any) -> None:
        """Rebuild the model of pending sessions with its compiled SQL."""
        select = compiled(self.url, PENDING_SESSIONS, variables)
        with psycopg.connect(self.url) as connection:
            connection.execute(f"truncate analytics_intermediate.{PENDING_SESSIONS}".encode())
            connection.execute(f"insert into analytics_intermediate.{PENDING_SESSIONS} {select}".encode())

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query, executed as the owner."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), list(parameters)).fetchall()

    def detections(self, job_id: UUID | None = None) -> list[dict[str, Any]]:
        """Return the stored detections, oldest first."""
        return [
            row
            for row in self.rows(
                "select * from cue_detection.session_detections order by finished_at, detection_id"
            )
            if job_id in (None, row["job_id"])
        ]

    def cues(self, job_id: UUID | None = None) -> list[dict[str, Any]]:
        """Return the stored cues in chronological order."""
        return [
            row
            for row in self.rows(
                "select * from cue_detection.utterance_cues order by job_id, timestamp_seconds, cue_type"
            )
            if job_id in (None, row["job_id"])
        ]

    def single_row(self, table: str) -> dict[str, Any]:
        """Return the only row of a table."""
        (row,) = self.rows(f"select * from {table}")
        return row


def compiled(url: str, model: str, variables: dict[str, Any]) -> str:
    """Return the compiled SQL of a model for this database; compiled once per process."""
    key, name = f"{model} {sorted(variables.items())}", f'"{database_name(url)}".'
    if key not in _compiled:
        (node,) = project().compiled(url, model, **variables)
        _compiled[key] = node["compiled_code"].replace(name, "")
    return _compiled[key]


def llm_settings(base_url: str, **changes: Any) -> CueSettings:
    """Return settings for a test server, with short timeouts."""
    defaults = {
        "llm_deadline_seconds": 8,
        "llm_request_timeout_seconds": 2,
        "llm_max_attempts": 3,
        "run_lock_timeout_seconds": 30,
        "llm_model": "test-model",
    }
    return CueSettings(openai_base_url=base_url, **{**defaults, **changes})


def kill(process: "subprocess.Popen[Any]") -> None:
    """Kill a process with SIGKILL and wait for its end."""
    process.kill()
    process.wait()


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait until a condition holds; fails the test after a timeout."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold within the timeout"
        time.sleep(0.02)
