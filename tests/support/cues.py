"""What the tests of the cue detector share: a built database, its list of sessions, a stand-in detector."""

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

LIST = "int_cues__pending_sessions"
_compiled: dict[str, str] = {}


class KeywordDetector:
    """A detector that needs nothing: "maybe" is doubt. Stands where the local detector stands."""

    name = "local"
    version = "keywords-1"

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session."""
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
    """A database with every model built, and the detector's view of it."""

    url: str

    @property
    def cues_url(self) -> str:
        """The address as the detector's role."""
        return as_role(self.url, "warehouse_cues")

    def clear(self) -> None:
        """Forget every session, answer and spending."""
        with psycopg.connect(self.url) as connection:
            connection.execute("truncate ai_backend.transcription_jobs cascade")
            connection.execute("truncate cue_detection.llm_answers cascade")
            connection.execute("truncate cue_detection.llm_spending")

    def forget(self) -> None:
        """Forget every detection, so that each session is pending again."""
        with psycopg.connect(self.url) as connection:
            connection.execute("truncate cue_detection.session_detections cascade")

    def say(self, words: str, *, instead_of: str) -> None:
        """Change words in every utterance that has them, as nobody upstream should without saying so."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "update ai_backend.utterances set text = replace(text, %(old)s, %(new)s)"
                " where strpos(text, %(old)s) > 0",
                {"old": instead_of, "new": words},
            )

    def add(self, *client_lines: str, coach: str = "How was your week?", **columns: Any) -> UUID:
        """Add a session in which the client says the lines, each after the coach's question; its id."""
        said: list[Said] = []
        for number, line in enumerate(client_lines):
            said.append(Said("coach", number * 20, number * 20 + 5, coach, sentiment="neutral"))
            said.append(Said("client", number * 20 + 6, number * 20 + 19, line, sentiment="neutral"))
        return self.add_said(said, **columns)

    def add_said(self, said: list[Said] | None, **columns: Any) -> UUID:
        """Add a session with exactly these utterances."""
        with psycopg.connect(self.url) as connection:
            return add_session(connection, said, **columns)

    def list_sessions(self, **variables: Any) -> None:
        """Make the list of sessions to read, by the model's own SQL."""
        select = compiled(self.url, LIST, variables)
        with psycopg.connect(self.url) as connection:
            connection.execute(f"truncate analytics_intermediate.{LIST}".encode())
            connection.execute(f"insert into analytics_intermediate.{LIST} {select}".encode())

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query as the owner."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), list(parameters)).fetchall()

    def detections(self, job_id: UUID | None = None) -> list[dict[str, Any]]:
        """Recorded detections, oldest first."""
        return [
            row
            for row in self.rows(
                "select * from cue_detection.session_detections order by finished_at, detection_id"
            )
            if job_id in (None, row["job_id"])
        ]

    def cues(self, job_id: UUID | None = None) -> list[dict[str, Any]]:
        """Recorded cues in order of time."""
        return [
            row
            for row in self.rows(
                "select * from cue_detection.utterance_cues order by job_id, timestamp_seconds, cue_type"
            )
            if job_id in (None, row["job_id"])
        ]

    def only(self, table: str) -> dict[str, Any]:
        """The one row of a table."""
        (row,) = self.rows(f"select * from {table}")
        return row


def compiled(url: str, model: str, variables: dict[str, Any]) -> str:
    """The SQL that dbt would run for a model in this database; compiled once per process."""
    key, name = f"{model} {sorted(variables.items())}", f'"{database_name(url)}".'
    if key not in _compiled:
        (node,) = project().compiled(url, model, **variables)
        _compiled[key] = node["compiled_code"].replace(name, "")
    return _compiled[key]


def llm_settings(base_url: str, **changes: Any) -> CueSettings:
    """Settings for a server of the tests, quick to give up."""
    quick = {
        "llm_deadline_seconds": 8,
        "llm_request_timeout_seconds": 2,
        "llm_max_attempts": 3,
        "run_lock_timeout_seconds": 30,
        "llm_model": "test-model",
    }
    return CueSettings(openai_base_url=base_url, **{**quick, **changes})


def stop(process: "subprocess.Popen[Any]") -> None:
    """Kill a process as a power cut would, and wait until it is gone."""
    process.kill()
    process.wait()


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; fails the test when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
