"""Sessions read in several processes: the same readings in order, whatever becomes of a process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from cue_detector.domain import ContextLine, Detector, InputUtterance, SessionInput, Usage
from cue_detector.local import LocalDetector
from cue_detector.process_pool import ParallelSessionProcessor, available_cores
from cue_detector.session_processing import Reading, process_locally
from tests.support.crashing_detector import DeadlyDetector

SAID = ["I will call Thandiwe on Monday.", "I'm worried about it.", "Yeah.", "I don't know if I can do that."]


def session(number: int, *texts: str) -> SessionInput:
    job = UUID(int=number)
    before = (ContextLine("coach", "So?"),)
    utterances = tuple(
        InputUtterance(UUID(int=number * 100 + place), "client", place, text, before, True)
        for place, text in enumerate(texts or SAID)
    )
    return SessionInput(job, UUID(int=2), UUID(int=3), UUID(int=4), "1", utterances)


def groups(sessions: Sequence[SessionInput], size: int) -> Iterator[Sequence[SessionInput]]:
    return (sessions[first : first + size] for first in range(0, len(sessions), size))


def read_in_two(detector: Detector, parts: Iterator[Sequence[SessionInput]]) -> list[Reading]:
    return [each for read in ParallelSessionProcessor(process_locally, detector, parts, 2) for each in read]


def timeless(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without when and how long."""
    never = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        replace(each, started_at=never, finished_at=never, detection=replace(each.detection, usage=Usage()))
        for each in readings
    ]


def statuses(read: Sequence[Reading]) -> dict[int, str]:
    return {each.detection.job_id.int: each.detection.status.value for each in read}


def test_processes__read_the_same_in_the_same_order() -> None:
    sessions = [session(number) for number in range(1, 30)]
    here = process_locally(LocalDetector(), sessions)
    there = [
        each
        for read in ParallelSessionProcessor(process_locally, LocalDetector(), groups(sessions, 4), 2)
        for each in read
    ]
    assert timeless(there) == timeless(here)
    assert any("[name]" in quoted.text for each in there for quoted in each.quoted.values())


def test_processes__take_no_more_than_a_few_groups_ahead() -> None:
    taken = 0

    def counted() -> Iterator[Sequence[SessionInput]]:
        nonlocal taken
        for number in range(1, 41):
            taken += 1
            yield [session(number)]

    reading = ParallelSessionProcessor(process_locally, DeadlyDetector(), counted(), 2)
    assert taken == 6
    next(iter(reading))
    assert taken == 7
    reading.close()


def test_processes__one_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    sessions = [session(number) for number in range(1, 25)]
    sessions[10] = session(11, "I took poison.")
    detector = DeadlyDetector(once=tmp_path / "died")
    read = read_in_two(detector, groups(sessions, 3))
    assert detector.once is not None
    assert detector.once.exists(), "a process has died"
    assert list(statuses(read)) == list(range(1, 25))
    assert set(statuses(read).values()) == {"succeeded"}


def test_processes__a_session_that_kills_them_fails_alone() -> None:
    sessions = [session(number) for number in range(1, 25)]
    sessions[10] = session(11, "I took poison.")
    read = [
        each
        for group in ParallelSessionProcessor(process_locally, DeadlyDetector(), groups(sessions, 3), 2)
        for each in group
    ]
    assert list(statuses(read)) == list(range(1, 25))
    assert [number for number, status in statuses(read).items() if status == "failed"] == [11]
    (failed,) = (each.detection for each in read if each.detection.job_id.int == 11)
    assert failed.error == "the process that read it died"


def test_read_locally__one_that_stops_fails_alone_and_says_no_word() -> None:
    broken = replace(session(2), utterances=(replace(session(2).utterances[0], text=None),))  # type: ignore[arg-type]
    read = process_locally(LocalDetector(), [session(1), broken, session(3)])
    assert statuses(read) == {1: "succeeded", 2: "failed", 3: "succeeded"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the process under /proc")
def test_processes__end_when_the_one_that_started_them_is_killed() -> None:
    script = """
import time
from cue_detector.process_pool import _Worker
from cue_detector.session_processing import process_locally
from tests.support.crashing_detector import DeadlyDetector
worker = _Worker(process_locally, DeadlyDetector())
worker.submit([]).result()
print(*worker.pool._processes, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    end = time.monotonic() + 30
    while is_running(child):
        assert time.monotonic() < end, "it goes on although nobody waits for it"
        time.sleep(0.05)


def test_available_cores__are_at_least_one() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def is_running(process: int) -> bool:
    """Whether it lives: gone ones, and ones that only wait to be collected, do not."""
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
