"""`make bench-detector`: speed and memory of the cue detectors, written to docs/benchmarks-detector.md.

The data are the AnnoMI dialogues if present, otherwise the sample data set, and copies of them in which no
two long utterances are equal. Each run is a separate process with a real database, its start included. The
language model is a server in another process with a latency of 200 ms.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from cue_detector import sentiment
from cue_detector.domain import SessionInput
from cue_detector.local import LocalDetector
from cue_detector.process_pool import available_cores
from cue_detector.redaction import redact_session
from cue_detector.store.pending_sessions import pending_pages, read_sessions
from tests.fault_server import serve_in_subprocess
from tools.benchmarks.detector_data import copy_sessions, delete_detections, detector_database
from tools.benchmarks.detector_run import DetectorRun, run_detector
from tools.benchmarks.report import Goal, Section
from warehouse.connection import LoginRole, url

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-detector.md"
CALL_SECONDS = 0.2
CONCURRENCY = 8
COPIES = 8
"""Of each session in the smaller data set."""
GROWTH = 10
"""Size of the larger data set ÷ the smaller one."""
PER_CORE = 3_000
"""Goal: client utterances per second and core."""
_MANY_TOKENS = 1_000_000_000


def main() -> int:
    with detector_database() as (owner_url, name):
        copy_sessions(owner_url, 1, 0)
        single_core = _single_core(name, _sessions())
        copy_sessions(owner_url, 1, COPIES - 1)
        llm = _language_model(name)
        delete_detections(owner_url)
        one = run_detector(detector="local", processes=1)
        delete_detections(owner_url)
        all_cores = run_detector(detector="local", processes=available_cores())
        delete_detections(owner_url)
        copy_sessions(owner_url, COPIES, COPIES * GROWTH - 1)
        many = run_detector(detector="local", processes=available_cores())
    sections = [single_core, _complete_runs(name, one, all_cores, many), llm]
    page = "<!-- Written by `make bench-detector`. -->\n# Benchmark of the cue detector\n\n"
    page += "\n".join(section.markdown(f"Data: {name}") for section in sections)
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _sessions() -> list[SessionInput]:
    """The pending sessions as a detector receives them, not redacted."""
    with psycopg.connect(url(LoginRole.CUES)) as database:
        pages = pending_pages(database, 100)
        return [session for page in pages for _, session in read_sessions(database, page) if session]


def _single_core(name: str, sessions: Sequence[SessionInput]) -> Section:
    clients = sum(u.role == "client" for session in sessions for u in session.utterances)
    unlabelled = [u.text for session in sessions for u in session.utterances if u.needs_sentiment]
    redacted = [redact_session(session) for session in sessions]
    list(LocalDetector().detect(redacted[:3]))  # loads its files
    detecting = _cpu_seconds(lambda: list(LocalDetector().detect(redacted)))
    redacting = _cpu_seconds(lambda: [redact_session(session) for session in sessions])
    scoring = _cpu_seconds(lambda: [sentiment.score(text) for text in unlabelled])
    total = detecting + redacting + scoring
    steps = {"cues": detecting, "redaction": redacting, "sentiment": scoring, "all three": total}
    rate = clients / total
    return Section(
        title="One core, without a database",
        header=("Step", "CPU seconds", "client utterances per second"),
        rows=[(step, f"{seconds:.2f}", f"{clients / seconds:,.0f}") for step, seconds in steps.items()],
        remarks=[
            f"{clients:,} client utterances of {len(sessions)} sessions ({name}); redaction also processes "
            f"the coach's utterances, sentiment the {len(unlabelled):,} utterances without a label.",
            _minimum_rate("All three on one core", rate, PER_CORE),
        ],
    )


def _complete_runs(name: str, one: DetectorRun, all_cores: DetectorRun, many: DetectorRun) -> Section:
    def row(name: str, run: DetectorRun) -> tuple[str, ...]:
        return (
            name,
            f"{run.sessions:,}",
            f"{run.utterances:,}",
            f"{run.seconds:.1f}",
            f"{run.utterances / run.seconds:,.0f}",
            f"{run.cpu_seconds:.1f}",
            f"{run.megabytes:.0f}",
            f"{run.worker_megabytes:.0f}",
        )

    count = available_cores()
    return Section(
        title="Complete run, from the pending list to the last row written",
        header=(
            "Run",
            "sessions",
            "utterances",
            "seconds",
            "per second",
            "CPU seconds",
            "peak MB",
            "largest worker MB",
        ),
        rows=[
            row("one process", one),
            row(f"{count} processes", all_cores),
            row(f"{count} processes, {GROWTH} times the sessions", many),
        ],
        goals=[
            Goal(
                f"Memory of the main process with {GROWTH} times the sessions ÷ before",
                many.megabytes / all_cores.megabytes,
                1.1,
            ),
            Goal(
                f"Memory of a worker with {GROWTH} times the sessions ÷ before",
                many.worker_megabytes / all_cores.worker_megabytes,
                1.1,
            ),
        ],
        remarks=[
            f"Speed-up with {count} processes: {one.seconds / all_cores.seconds:.2f}; Postgres uses the same "
            "cores. Only the client's utterances are counted.",
            f"Sessions: {name} and copies; the first two runs process the same sessions.",
        ],
    )


def _language_model(name: str) -> Section:
    with serve_in_subprocess(CALL_SECONDS) as base_url:
        run = run_detector(
            openai_base_url=base_url,
            llm_model="measured",
            llm_concurrency=CONCURRENCY,
            llm_tokens_per_run=_MANY_TOKENS,
            llm_tokens_per_day=_MANY_TOKENS,
        )
    ideal = run.requests * CALL_SECONDS / CONCURRENCY
    return Section(
        title=f"Language model with a latency of {CALL_SECONDS * 1000:.0f} ms",
        header=("sessions", "requests", "concurrent", "seconds", "ideal seconds", "CPU seconds"),
        rows=[
            (
                f"{run.sessions:,}",
                f"{run.requests:,}",
                f"{CONCURRENCY}",
                f"{run.seconds:.1f}",
                f"{ideal:.1f}",
                f"{run.cpu_seconds:.1f}",
            )
        ],
        goals=[
            Goal("Seconds ÷ ideal seconds (latency of all requests ÷ concurrency)", run.seconds / ideal, 1.2)
        ],
        remarks=[
            f"Requests per session: {run.requests / run.sessions:.2f}; tokens per session, at four "
            f"characters per token: {run.tokens / run.sessions:,.0f} ({name}).",
        ],
    )


def _minimum_rate(name: str, rate: float, goal: float) -> str:
    verdict = "met" if rate >= goal else "**not met**"
    return f"{name}: {rate:,.0f} client utterances per second, goal at least {goal:,.0f}: {verdict}."


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
