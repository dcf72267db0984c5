"""Parallel processing of sessions in worker processes, in order, with isolation of crashes.

Each worker has a process pool of its own, so that the sessions lost in a crash are known. They are retried
one at a time in a new process; only a session that crashes this process too is marked as failed.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from loky import ProcessPoolExecutor  # type: ignore[import-untyped]

from cue_detector.domain import Detector, SessionInput
from cue_detector.session_processing import PreparedSession, SessionResult, failed_result

T = TypeVar("T", bound=PreparedSession | SessionResult)
SessionFunction = Callable[[Detector, Sequence[SessionInput]], list[T]]

_BATCHES_PER_PROCESS = 3
"""Batches in flight per process: one being processed, one queued, one being written."""


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ParallelSessionProcessor(Generic[T]):
    """Applies `function` to batches of sessions in worker processes; iterates over the results in order.

    `function` is a module-level function; it, the detector and the sessions are pickled. The first batches
    are submitted on construction, and only a few batches are in memory at a time. A session that crashes its
    worker yields a failed result. Call `close` unless the iterator is exhausted.
    """

    def __init__(
        self,
        function: SessionFunction[T],
        detector: Detector,
        batches: Iterable[Sequence[SessionInput]],
        processes: int,
    ) -> None:
        self._function = function
        self._detector = detector
        self._pending = iter(batches)
        self._workers = [_Worker(function, detector) for _ in range(processes)]
        self._in_flight: deque[_Batch[T]] = deque()
        self._submit_batches()

    def __iter__(self) -> Iterator[list[T | SessionResult]]:
        """Yield the results of each batch."""
        while self._in_flight:
            results = self._results(self._in_flight.popleft())
            self._submit_batches()
            yield results
        self.close()

    def close(self) -> None:
        """Terminate the workers, including batches in flight."""
        for worker in self._workers:
            worker.close()

    def _submit_batches(self) -> None:
        while len(self._in_flight) < len(self._workers) * _BATCHES_PER_PROCESS:
            sessions = next(self._pending, None)
            if sessions is None:
                return
            worker = min(self._workers, key=_Worker.outstanding)
            self._in_flight.append(_Batch(sessions, worker.submit(sessions)))

    def _results(self, batch: "_Batch[T]") -> list[T | SessionResult]:
        try:
            return list(batch.future.result())
        except BrokenProcessPool:
            retried: list[T | SessionResult] = []
            for result in _process_individually(self._function, self._detector, batch.sessions):
                retried.append(result)
            return retried


@dataclass
class _Batch(Generic[T]):
    sessions: Sequence[SessionInput]
    future: Future[list[T]]


@dataclass
class _Worker(Generic[T]):
    """A process that starts on the first submission and restarts after a crash."""

    function: SessionFunction[T]
    detector: Detector
    futures: list[Future[list[T]]] = field(default_factory=list)
    pool: ProcessPoolExecutor | None = None

    def outstanding(self) -> int:
        self.futures = [future for future in self.futures if not future.done()]
        return len(self.futures)

    def submit(self, sessions: Sequence[SessionInput]) -> Future[list[T]]:
        future: Future[list[T]]
        try:
            future = self._started().submit(self.function, self.detector, sessions)
        except BrokenProcessPool:
            self.close()
            future = self._started().submit(self.function, self.detector, sessions)
        self.futures.append(future)
        return future

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(kill_workers=True)
            self.pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self.pool is None:
            # loky, because the standard library's spawned processes import the main module again
            self.pool = ProcessPoolExecutor(1, initializer=_exit_with_parent, initargs=(os.getpid(),))
        return self.pool


def _process_individually(
    function: SessionFunction[T], detector: Detector, sessions: Sequence[SessionInput]
) -> Iterator[T | SessionResult]:
    worker = _Worker(function, detector)
    try:
        for session in sessions:
            try:
                yield from worker.submit([session]).result()
            except BrokenProcessPool:
                yield failed_result(detector, session, "the worker process crashed")
    finally:
        worker.close()


def _exit_with_parent(parent: int) -> None:
    """Exit when the parent process is killed, which closes no queue and would leave the worker running."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
