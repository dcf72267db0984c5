"""Read many sessions in several processes, in order; a process that dies costs nothing but its own session.

Each process has a pool of its own, so that it is known what a dead one was reading. What was on its way is
read again, session by session in another process; only a session that kills that one too is marked failed.
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
from cue_detector.session_processing import Prepared, Reading, failed

T = TypeVar("T", bound=Prepared | Reading)
Work = Callable[[Detector, Sequence[SessionInput]], list[T]]

_GROUPS_PER_PROCESS = 3
"""Groups on their way per process: one that is read, one that waits, one that is being written."""


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ParallelSessionProcessor(Generic[T]):
    """What `work` makes of each group of sessions, in order; few groups are in memory at a time.

    `work` is a function of a module, called with the detector and some sessions; both go to the processes by
    pickle. They start at once. Nothing is raised because of a dead process: a session that kills them is a
    failed reading. Close it when it is not read to its end.
    """

    def __init__(
        self, work: Work[T], detector: Detector, groups: Iterable[Sequence[SessionInput]], processes: int
    ) -> None:
        """Start with the first groups."""
        self._work = work
        self._detector = detector
        self._waiting = iter(groups)
        self._workers = [_Worker(work, detector) for _ in range(processes)]
        self._under_way: deque[_Group[T]] = deque()
        self._fill()

    def __iter__(self) -> Iterator[list[T | Reading]]:
        """Yield the results of each group."""
        while self._under_way:
            made = self._result(self._under_way.popleft())
            self._fill()
            yield made
        self.close()

    def close(self) -> None:
        """End the processes, whatever they are reading."""
        for worker in self._workers:
            worker.close()

    def _fill(self) -> None:
        while len(self._under_way) < len(self._workers) * _GROUPS_PER_PROCESS:
            sessions = next(self._waiting, None)
            if sessions is None:
                return
            worker = min(self._workers, key=_Worker.outstanding)
            self._under_way.append(_Group(sessions, worker.submit(sessions)))

    def _result(self, group: "_Group[T]") -> list[T | Reading]:
        try:
            return list(group.future.result())
        except BrokenProcessPool:
            rescued: list[T | Reading] = []
            for one in _one_by_one(self._work, self._detector, group.sessions):
                rescued.append(one)
            return rescued


@dataclass
class _Group(Generic[T]):
    """Sessions that a process was given."""

    sessions: Sequence[SessionInput]
    future: Future[list[T]]


@dataclass
class _Worker(Generic[T]):
    """A process, started when first used and again when it has died."""

    work: Work[T]
    detector: Detector
    given: list[Future[list[T]]] = field(default_factory=list)
    pool: ProcessPoolExecutor | None = None

    def outstanding(self) -> int:
        self.given = [future for future in self.given if not future.done()]
        return len(self.given)

    def submit(self, sessions: Sequence[SessionInput]) -> Future[list[T]]:
        future: Future[list[T]]
        try:
            future = self._started().submit(self.work, self.detector, sessions)
        except BrokenProcessPool:
            self.close()
            future = self._started().submit(self.work, self.detector, sessions)
        self.given.append(future)
        return future

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(kill_workers=True)
            self.pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self.pool is None:
            self.pool = _pool_of_one()
        return self.pool


def _one_by_one(work: Work[T], detector: Detector, sessions: Sequence[SessionInput]) -> Iterator[T | Reading]:
    worker = _Worker(work, detector)
    try:
        for session in sessions:
            try:
                yield from worker.submit([session]).result()
            except BrokenProcessPool:
                yield failed(detector, session, "the process that read it died")
    finally:
        worker.close()


def _pool_of_one() -> ProcessPoolExecutor:
    # loky: a process of its own that runs no main module again, as the standard library's would (ADR 0026)
    return ProcessPoolExecutor(1, initializer=_end_with_parent, initargs=(os.getpid(),))


def _end_with_parent(parent: int) -> None:
    """Let this process end when the one that started it was killed; its queue alone would not tell it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
