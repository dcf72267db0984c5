"""Detection run over all pending sessions: redact, detect cues, score sentiment, store.

Entry point: `python -m cue_detector.run`. Memory use is bounded. A run may be killed at any time: a session
is written in one transaction, each paid response is committed immediately, and a lock allows one run at a
time. Large runs use several worker processes, which have no database access.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from cue_detector.domain import Detector, SessionInput
from cue_detector.process_pool import ParallelSessionProcessor, SessionFunction, T, available_cores
from cue_detector.run_report import RunReport
from cue_detector.session_processing import (
    PreparedSession,
    SessionResult,
    empty_result,
    prepare,
    process_locally,
    session_result,
)
from cue_detector.settings import CueSettings
from cue_detector.store.connection import ReconnectingConnection
from cue_detector.store.detections import DetectionRecord, DetectionStore
from cue_detector.store.pending_sessions import PendingSession, count_pending, pending_pages, read_sessions

_LOCK_KEY = 0x0C0EDE7
_PROGRESS_INTERVAL_SECONDS = 5.0
_MIN_SESSIONS_FOR_PROCESSES = 150
"""Below this number one process is faster: starting workers costs as much as processing about 50 sessions."""

Progress = Callable[[str], None]
Pages = Iterator[tuple[list[PendingSession], Mapping[UUID, T | SessionResult]]]
"""Pages of pending sessions with the results by job id."""


def detect_pending(
    database_url: str,
    settings: CueSettings | None = None,
    *,
    progress: Progress = lambda _: None,
    local: Detector | None = None,
) -> RunReport:
    """Detect cues and score sentiment in every pending session, and return the counts.

    `database_url` connects with the detector's login role. `progress` receives a line with counts about every
    five seconds. `local` replaces the default local detector. If another run is in progress, waits up to
    `run_lock_timeout_seconds` and then processes the sessions that are still pending. Raises psycopg.Error
    when the database is unavailable; an error in one session is recorded, not raised.
    """
    settings = settings or CueSettings()
    report = RunReport()
    started = time.monotonic()
    with _run_lock(database_url, settings.run_lock_timeout_seconds, progress) as is_acquired:
        if is_acquired:
            _Run(database_url, settings, report, progress, local or local_detector()).execute()
        report.lock_timed_out = not is_acquired
    report.seconds = time.monotonic() - started
    return report


def local_detector() -> Detector:
    """Return the detector that needs no network access."""
    # Imported here, because loading the model is slow and only runs need it.
    from cue_detector.local.detector import LocalDetector  # noqa: PLC0415

    return LocalDetector()


def llm_detector(settings: CueSettings, database_url: str, local: Detector, resources: ExitStack) -> Detector:
    """Return the language model detector; `resources` closes its connection."""
    # Imported here, because the OpenAI client takes a second to load.
    from cue_detector.llm.detector import LlmDetector  # noqa: PLC0415
    from cue_detector.llm.prompt import prompt_version  # noqa: PLC0415
    from cue_detector.llm.response_cache import ResponseCache  # noqa: PLC0415

    connection = resources.enter_context(ReconnectingConnection(database_url))
    cache = ResponseCache(connection, settings.llm_model, prompt_version())
    return LlmDetector(settings, cache, local if settings.on_llm_failure == "local" else None)


@dataclass
class _Run:
    database_url: str
    settings: CueSettings
    report: RunReport
    progress: Progress
    local: Detector
    in_progress: dict[UUID, tuple[PendingSession, PreparedSession]] = field(default_factory=dict)
    last_progress_at: float = field(default_factory=time.monotonic)

    def execute(self) -> None:
        with ExitStack() as resources:
            self.source = resources.enter_context(_connect(self.database_url))
            self.store = DetectionStore(resources.enter_context(ReconnectingConnection(self.database_url)))
            self.report.sessions = count_pending(self.source)
            if not self.report.sessions:
                return
            if self.settings.uses_llm:
                # Started before the detector is created: the OpenAI client takes a second to load.
                pages = self._process_pages(prepare, 1, resources)
                detector = llm_detector(self.settings, self.database_url, self.local, resources)
                self._detect_with_llm(detector, pages, resources)
            else:
                self._detect_locally(self._process_pages(process_locally, available_cores(), resources))

    def _detect_locally(self, pages: Pages[SessionResult]) -> None:
        """Write page by page while the workers process the following pages."""
        self.report.detector = f"{self.local.name} {self.local.version}"
        for page, results in pages:
            self._store([(pending, results[pending.job_id]) for pending in page])

    def _detect_with_llm(
        self, detector: Detector, pages: Pages[PreparedSession], resources: ExitStack
    ) -> None:
        """Write each session as soon as its detection completes."""
        self.report.detector = f"{detector.name} {detector.version}"
        detections = detector.detect(self._prepared_sessions(pages))
        # Closed when a write fails, too, so that no request outlives the run.
        resources.callback(getattr(detections, "close", lambda: None))
        for detection in detections:
            pending, prepared = self.in_progress.pop(detection.job_id)
            self._store([(pending, session_result(prepared, detection))])

    def _prepared_sessions(self, pages: Pages[PreparedSession]) -> Iterator[SessionInput]:
        """Yield redacted sessions; empty and failed ones are stored immediately."""
        for page, results in pages:
            by_session = [(pending, results[pending.job_id]) for pending in page]
            self._store([(pending, done) for pending, done in by_session if isinstance(done, SessionResult)])
            for pending, prepared in by_session:
                if isinstance(prepared, PreparedSession):
                    self.in_progress[pending.job_id] = (pending, prepared)
                    yield prepared.session

    def _process_pages(
        self, function: SessionFunction[T], max_processes: int, resources: ExitStack
    ) -> Pages[T]:
        """Apply `function` to each page of pending sessions, in worker processes if there are many."""
        pages: deque[list[PendingSession]] = deque()
        batches = self._batches(pages)
        processes = self.settings.processes or available_cores()
        if processes > 1 and self.report.sessions >= _MIN_SESSIONS_FOR_PROCESSES:
            processor = ParallelSessionProcessor(function, self.local, batches, min(processes, max_processes))
            resources.callback(processor.close)
            return _results_by_page(pages, processor)
        return _results_by_page(pages, (function(self.local, batch) for batch in batches))

    def _batches(self, pages: deque[list[PendingSession]]) -> Iterator[list[SessionInput]]:
        """Yield the session inputs of each page and append the page to `pages`."""
        for page in pending_pages(self.source, self.settings.fetch_size):
            pages.append(page)
            yield [session for _, session in read_sessions(self.source, page) if session is not None]

    def _store(self, completed: Sequence[tuple[PendingSession, SessionResult]]) -> None:
        records = [
            DetectionRecord(pending, result, self.local.version, self.settings.min_stored_confidence)
            for pending, result in completed
        ]
        for record, outcome in zip(records, self.store.write(records), strict=True):
            self.report.add(record, outcome)
        if time.monotonic() - self.last_progress_at >= _PROGRESS_INTERVAL_SECONDS:
            self.last_progress_at = time.monotonic()
            self.progress(self.report.progress_line())


def _results_by_page(
    pages: deque[list[PendingSession]], batches: Iterable[Sequence[T | SessionResult]]
) -> Iterator[tuple[list[PendingSession], Mapping[UUID, T | SessionResult]]]:
    """Yield each page with its results by job id; a session without input has an empty result."""
    for batch in batches:
        results = {result.job_id: result for result in batch}
        page = pages.popleft()
        yield (
            page,
            {pending.job_id: results.get(pending.job_id) or empty_result(pending.job_id) for pending in page},
        )


def _connect(database_url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(database_url, autocommit=True, prepare_threshold=None)


@contextmanager
def _run_lock(database_url: str, timeout_seconds: float, progress: Progress) -> Iterator[bool]:
    """Hold the lock that allows one run at a time; yields False if it is not acquired within the timeout.

    The lock belongs to a transaction, so that it also works behind a transaction pooler and is released when
    the process is killed.
    """
    with _connect(database_url) as connection, connection.transaction():
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        deadline = time.monotonic() + timeout_seconds
        is_reported = False
        while not _try_acquire(connection):
            if time.monotonic() >= deadline:
                yield False
                return
            if not is_reported:
                progress("cue detection: waiting for another run to complete")
                is_reported = True
            time.sleep(min(0.5, max(deadline - time.monotonic(), 0.01)))
        yield True


def _try_acquire(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK_KEY]).fetchone()
    return bool(row and row[0])


def main() -> int:
    """Run with the settings of the environment; returns 1 if the run is unhealthy."""
    report = detect_pending(os.environ["CUES_DATABASE_URL"], progress=lambda line: print(line, flush=True))
    print(report.summary())
    return 0 if report.is_healthy(CueSettings().max_failed_fraction) else 1


if __name__ == "__main__":
    sys.exit(main())
