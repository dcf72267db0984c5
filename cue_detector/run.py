"""Read every session that needs it: redact, detect, score, store. `python -m cue_detector.run` runs it.

Bounded in memory, safe to kill at any moment and safe when two runs meet: a session is written in one
transaction, an answer that was paid for is committed at once, and only one run works at a time. A long list
is read in several processes, which know no database.
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
from cue_detector.process_pool import ParallelSessionProcessor, T, Work, available_cores
from cue_detector.run_report import RunReport
from cue_detector.session_processing import (
    Prepared,
    Reading,
    nothing_to_read,
    prepare,
    process_locally,
    session_result,
)
from cue_detector.settings import CueSettings
from cue_detector.store.connection import ReconnectingConnection
from cue_detector.store.detections import DetectionStore, Result
from cue_detector.store.pending_sessions import PendingSession, count_pending, pending_pages, read_sessions

_LOCK_KEY = 0x0C0EDE7
_PROGRESS_SECONDS = 5.0
_SESSIONS_WORTH_PROCESSES = 150
"""From here on several processes are quicker; starting them costs as much as reading about 50 sessions."""

Progress = Callable[[str], None]
Pages = Iterator[tuple[list[PendingSession], Mapping[UUID, T | Reading]]]
"""Parts of the list, with what came of each session."""


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
    another one at work waits for it (setting run_lock_timeout_seconds), then reads what that one left.
    """
    settings = settings or CueSettings()
    report = RunReport()
    started = time.monotonic()
    with _only_run(database_url, settings.run_lock_timeout_seconds, progress) as is_alone:
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


def model_detector(
    settings: CueSettings, database_url: str, local: Detector, resources: ExitStack
) -> Detector:
    """Return the detector that asks a language model; `resources` closes what it opens."""
    # Imported here, because the client of the protocol takes a second that only its users must spend.
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
    under_way: dict[UUID, tuple[PendingSession, Prepared]] = field(default_factory=dict)
    last_line: float = field(default_factory=time.monotonic)

    def work(self) -> None:
        with ExitStack() as resources:
            self.source = resources.enter_context(_connect(self.database_url))
            self.store = DetectionStore(resources.enter_context(ReconnectingConnection(self.database_url)))
            self.report.sessions = count_pending(self.source)
            if not self.report.sessions:
                return
            # Begun before the detector is made: the model's client takes a second to load.
            if self.settings.uses_llm:
                pages = self._worked(prepare, 1, resources)
                detector = model_detector(self.settings, self.database_url, self.local, resources)
                self._read_with(detector, pages, resources)
            else:
                self._read_locally(self._worked(process_locally, available_cores(), resources))

    def _read_locally(self, pages: Pages[Reading]) -> None:
        """Write page by page what processes read, while they read on."""
        self.report.detector = f"{self.local.name} {self.local.version}"
        for page, readings in pages:
            self._record([(pending, readings[pending.job_id]) for pending in page])

    def _read_with(self, detector: Detector, pages: Pages[Prepared], resources: ExitStack) -> None:
        """Read with a detector that waits for others: each session is written as soon as it is answered."""
        self.report.detector = f"{detector.name} {detector.version}"
        detections = detector.detect(self._ready(pages))
        # Closed also when writing fails, so that no request goes on behind a run that has ended.
        resources.callback(getattr(detections, "close", lambda: None))
        for detection in detections:
            pending, prepared = self.under_way.pop(detection.job_id)
            self._record([(pending, session_result(prepared, detection))])

    def _ready(self, pages: Pages[Prepared]) -> Iterator[SessionInput]:
        """Yield redacted sessions; those that are not to be asked about are recorded at once."""
        for page, made in pages:
            ready = [(pending, made[pending.job_id]) for pending in page]
            self._record([(pending, done) for pending, done in ready if isinstance(done, Reading)])
            for pending, prepared in ready:
                if isinstance(prepared, Prepared):
                    self.under_way[pending.job_id] = (pending, prepared)
                    yield prepared.session

    def _worked(self, work: Work[T], most: int, resources: ExitStack) -> Pages[T]:
        """Return each page of the list with what `work` makes of it, in processes if the list is long."""
        pages: deque[list[PendingSession]] = deque()
        groups = self._pages(pages)
        allowed = self.settings.processes or available_cores()
        if allowed > 1 and self.report.sessions >= _SESSIONS_WORTH_PROCESSES:
            worked = ParallelSessionProcessor(work, self.local, groups, min(allowed, most))
            resources.callback(worked.close)
            return _by_page(pages, worked)
        return _by_page(pages, (work(self.local, group) for group in groups))

    def _pages(self, pages: deque[list[PendingSession]]) -> Iterator[list[SessionInput]]:
        """Yield what was said in the sessions of each page; the page itself is added to `pages`."""
        for page in pending_pages(self.source, self.settings.fetch_size):
            pages.append(page)
            yield [said for _, said in read_sessions(self.source, page) if said is not None]

    def _record(self, read: Sequence[tuple[PendingSession, Reading]]) -> None:
        results = [
            Result(pending, reading, self.local.version, self.settings.min_stored_confidence)
            for pending, reading in read
        ]
        for result, written in zip(results, self.store.write(results), strict=True):
            self.report.count(result, written)
        if time.monotonic() - self.last_line >= _PROGRESS_SECONDS:
            self.last_line = time.monotonic()
            self.progress(self.report.progress_line())


def _by_page(
    pages: deque[list[PendingSession]], results: Iterable[Sequence[T | Reading]]
) -> Iterator[tuple[list[PendingSession], Mapping[UUID, T | Reading]]]:
    """Yield each page with its results by job; where nothing was to be read, that is the result."""
    for made in results:
        found = {one.job_id: one for one in made}
        page = pages.popleft()
        yield page, {each.job_id: found.get(each.job_id) or nothing_to_read(each.job_id) for each in page}


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
