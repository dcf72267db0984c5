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
from cue_detector.session_processing import SessionResult, process_locally
from tests.support.crashing_detector import CrashingDetector

TEXTS = [
    "I will call Thandiwe on Monday.",
    "I'm worried about it.",
    "Yeah.",
    "I don't know if I can do that.",
]


def session(number: int, *texts: str) -> SessionInput:
    job = UUID(int=number)
    context = (ContextLine("coach", "So?"),)
    utterances = tuple(
        InputUtterance(UUID(int=number * 100 + index), "client", index, text, context, True)
        for index, text in enumerate(texts or TEXTS)
    )
    return SessionInput(job, UUID(int=2), UUID(int=3), UUID(int=4), "1", utterances)


def batches(sessions: Sequence[SessionInput], size: int) -> Iterator[Sequence[SessionInput]]:
    return (sessions[first : first + size] for first in range(0, len(sessions), size))


def process_in_two(detector: Detector, parts: Iterator[Sequence[SessionInput]]) -> list[SessionResult]:
    processor = ParallelSessionProcessor(process_locally, detector, parts, 2)
    return [result for batch in processor for result in batch]


def without_times(results: Sequence[SessionResult]) -> list[SessionResult]:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        replace(each, started_at=epoch, finished_at=epoch, detection=replace(each.detection, usage=Usage()))
        for each in results
    ]


def statuses(results: Sequence[SessionResult]) -> dict[int, str]:
    return {each.detection.job_id.int: each.detection.status.value for each in results}


def test_processor__returns_the_results_of_a_single_process_in_order() -> None:
    sessions = [session(number) for number in range(1, 30)]
    expected = process_locally(LocalDetector(), sessions)
    results = process_in_two(LocalDetector(), batches(sessions, 4))
    assert without_times(results) == without_times(expected)
    texts = [utterance.text for result in results for utterance in result.cue_utterances.values()]
    assert any("[name]" in text for text in texts)


def test_processor__consumes_only_a_few_batches_ahead() -> None:
    consumed = 0

    def counted() -> Iterator[Sequence[SessionInput]]:
        nonlocal consumed
        for number in range(1, 41):
            consumed += 1
            yield [session(number)]

    processor = ParallelSessionProcessor(process_locally, CrashingDetector(), counted(), 2)
    assert consumed == 6
    next(iter(processor))
    assert consumed == 7
    processor.close()


def test_processor__retries_the_sessions_of_a_crashed_process(tmp_path: Path) -> None:
    sessions = [session(number) for number in range(1, 25)]
    sessions[10] = session(11, "I took poison.")
    marker = tmp_path / "crashed"
    results = process_in_two(CrashingDetector(marker), batches(sessions, 3))
    assert marker.exists(), "no process has crashed"
    assert list(statuses(results)) == list(range(1, 25))
    assert set(statuses(results).values()) == {"succeeded"}


def test_processor__marks_only_the_crashing_session_as_failed() -> None:
    sessions = [session(number) for number in range(1, 25)]
    sessions[10] = session(11, "I took poison.")
    results = process_in_two(CrashingDetector(), batches(sessions, 3))
    assert list(statuses(results)) == list(range(1, 25))
    assert [number for number, status in statuses(results).items() if status == "failed"] == [11]
    (failed,) = (each.detection for each in results if each.detection.job_id.int == 11)
    assert failed.error == "the worker process crashed"


def test_process_locally__isolates_a_failing_session() -> None:
    invalid = replace(session(2), utterances=(replace(session(2).utterances[0], text=None),))  # type: ignore[arg-type]
    results = process_locally(LocalDetector(), [session(1), invalid, session(3)])
    assert statuses(results) == {1: "succeeded", 2: "failed", 3: "succeeded"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="requires /proc")
def test_worker__exits_when_its_parent_is_killed() -> None:
    script = """
import time
from cue_detector.process_pool import _Worker
from cue_detector.session_processing import process_locally
from tests.support.crashing_detector import CrashingDetector
worker = _Worker(process_locally, CrashingDetector())
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
    deadline = time.monotonic() + 30
    while is_running(child):
        assert time.monotonic() < deadline, "the worker is still running"
        time.sleep(0.05)


def test_available_cores__is_at_least_one() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def is_running(process: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    state = Path(f"/proc/{process}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
