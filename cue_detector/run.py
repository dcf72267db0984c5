"""Read every session that needs it: redact, detect, score, store. `python -m cue_detector.run` runs it.

Bounded in memory, safe to kill at any moment and safe when two runs meet: a session is written in one
transaction, an answer that was paid for is committed at once, and only one run works at a time.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from cue_detector import sentiment
from cue_detector.domain import DetectionStatus, Detector, SessionDetection, SessionInput
from cue_detector.redaction import redact_session
from cue_detector.run_report import RunReport
from cue_detector.settings import CueSettings
from cue_detector.store import DetectionStore, Result
from cue_detector.store_connection import LastingConnection
from cue_detector.store_input import PendingSession, pending_sessions, read_sessions

_LOCK_KEY = 0x0C0EDE7
_PROGRESS_SECONDS = 5.0

Progress = Callable[[str], None]


def detect_pending(
    database_url: str,
    settings: CueSettings | None = None,
    *,
    progress: Progress = lambda _: None,
    local: Detector | None = None,
) -> RunReport:
    """Detect cues and sentiment in every listed session and return what came of it.

    `database_url` logs in as the detector's role. `progress` is called with a line about every five seconds;
    lines hold counts only. `local` is the detector that needs no network, the project's own if not given.
    Raises psycopg.Error when the database can't be reached, never because of one session. A run that finds
    another one at work waits for it (setting run_lock_wait_seconds), then reads what that one left.
    """
    settings = settings or CueSettings()
    report = RunReport()
    started = time.monotonic()
    with _only_run(database_url, settings.run_lock_wait_seconds, progress) as is_alone:
        if is_alone:
            _Run(database_url, settings, report, progress, local or local_detector()).work()
        report.is_busy = not is_alone
    report.seconds = time.monotonic() - started
    return report


def local_detector() -> Detector:
    """Return the detector that needs no network: rules and a small model."""
    # Imported here, because reading the model takes time that only a run must spend.
    from cue_detector.local.detector import LocalDetector  # noqa: PLC0415

    return LocalDetector()


def make_detector(
    settings: CueSettings, database_url: str, local: Detector, resources: ExitStack
) -> Detector:
    """Return the detector that the settings ask for; `resources` closes what it opened."""
    if not settings.uses_llm:
        return local
    # Imported here, because the client of the protocol takes a second that only its users must spend.
    from cue_detector.cache import AnswerCache  # noqa: PLC0415
    from cue_detector.llm.detector import LlmDetector  # noqa: PLC0415
    from cue_detector.llm.prompt import prompt_version  # noqa: PLC0415

    connection = resources.enter_context(LastingConnection(database_url))
    cache = AnswerCache(connection, settings.llm_model, prompt_version())
    return LlmDetector(settings, cache, local if settings.on_llm_failure == "local" else None)


@dataclass
class _Reading:
    """A session under way."""

    pending: PendingSession
    session: SessionInput
    started_at: datetime


@dataclass
class _Run:
    database_url: str
    settings: CueSettings
    report: RunReport
    progress: Progress
    local: Detector
    under_way: dict[UUID, _Reading] = field(default_factory=dict)
    last_line: float = field(default_factory=time.monotonic)

    def work(self) -> None:
        with ExitStack() as resources:
            source = resources.enter_context(_connect(self.database_url))
            self.store = DetectionStore(resources.enter_context(LastingConnection(self.database_url)))
            pending = pending_sessions(source)
            self.report.sessions = len(pending)
            if not pending:
                return
            detector = make_detector(self.settings, self.database_url, self.local, resources)
            self.report.detector = f"{detector.name} {detector.version}"
            detections = detector.detect(self._readable(source, pending))
            # Closed also when writing fails, so that no request goes on behind a run that has ended.
            resources.callback(getattr(detections, "close", lambda: None))
            for detection in detections:
                reading = self.under_way.pop(detection.job_id)
                self._record(reading.pending, reading.session, detection, reading.started_at)

    def _readable(
        self, source: psycopg.Connection[Any], pending: Sequence[PendingSession]
    ) -> Iterator[SessionInput]:
        """Yield redacted sessions, a few in memory at a time; empty ones are recorded at once."""
        size = self.settings.sessions_per_fetch
        for first in range(0, len(pending), size):
            for listed, said in read_sessions(source, pending[first : first + size]):
                started_at = datetime.now(UTC)
                if said is None:
                    self._record(listed, None, _nothing_to_read(listed), started_at)
                    continue
                session = redact_session(said)
                self.under_way[session.job_id] = _Reading(listed, session, started_at)
                yield session

    def _record(
        self,
        pending: PendingSession,
        session: SessionInput | None,
        detection: SessionDetection,
        started_at: datetime,
    ) -> None:
        result = Result(
            pending=pending,
            session=session,
            detection=detection,
            sentiments=_sentiments(session),
            started_at=started_at,
            finished_at=datetime.now(UTC),
            stand_in=self.local.version,
            store_from_confidence=self.settings.store_from_confidence,
        )
        self.report.count(result, self.store.write(result))
        if time.monotonic() - self.last_line >= _PROGRESS_SECONDS:
            self.last_line = time.monotonic()
            self.progress(self.report.progress_line())


def _sentiments(session: SessionInput | None) -> dict[UUID, float]:
    """Return the score of each utterance that needs one and has words."""
    scores = {
        utterance.utterance_id: sentiment.score(utterance.text)
        for utterance in (session.utterances if session else ())
        if utterance.needs_sentiment
    }
    return {utterance_id: score for utterance_id, score in scores.items() if score is not None}


def _nothing_to_read(pending: PendingSession) -> SessionDetection:
    return SessionDetection(
        job_id=pending.job_id,
        detector="none",
        detector_version="none",
        prompt_version=None,
        status=DetectionStatus.SUCCEEDED,
    )


def _connect(database_url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(database_url, autocommit=True, prepare_threshold=None)


@contextmanager
def _only_run(database_url: str, wait_seconds: float, progress: Progress) -> Iterator[bool]:
    """Hold the lock that lets one run work at a time; false when another one kept it for the whole wait.

    The lock belongs to a transaction, so that it also holds behind a transaction pooler, and a killed run
    gives it up by itself.
    """
    with _connect(database_url) as connection, connection.transaction():
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        until = time.monotonic() + wait_seconds
        is_told = False
        while not _try_lock(connection):
            if time.monotonic() >= until:
                yield False
                return
            if not is_told:
                progress("cue detection: another run is at work; waiting for it")
                is_told = True
            time.sleep(min(0.5, max(until - time.monotonic(), 0.01)))
        yield True


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK_KEY]).fetchone()
    return bool(row and row[0])


def main() -> int:
    """Run once with the settings of the environment; 1 when the run is unhealthy."""
    report = detect_pending(os.environ["CUES_DATABASE_URL"], progress=lambda line: print(line, flush=True))
    print(report.summary())
    return 0 if report.is_healthy(CueSettings().max_failed_fraction) else 1


if __name__ == "__main__":
    sys.exit(main())
