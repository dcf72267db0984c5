"""`make bench-detector`: how fast sessions are read for cues, by the local detector and by a language model.

Sessions are the real dialogues where they are there, else the sample practice, and copies of them in which no
two long utterances are the same. Each run is a process of its own, against a real database, start included.
The language model is a server in another process that answers each call after 200 ms.
Written to docs/benchmarks-detector.md.
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
from tools.benchmarks.detector_data import copy_sessions, detector_database, forget_readings
from tools.benchmarks.detector_run import Ran, measured
from tools.benchmarks.report import Goal, Section
from warehouse.connection import LoginRole, url

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-detector.md"
CALL_SECONDS = 0.2
CONCURRENCY = 8
COPIES = 8
"""Of each session in the smaller list; the larger one has ten times as many."""
GROWTH = 10
PER_CORE = 3_000
"""Goal: client utterances per second and core."""
_MANY_TOKENS = 1_000_000_000


def main() -> int:
    """Measure, print and write the page."""
    with detector_database() as (owner_url, name):
        copy_sessions(owner_url, 1, 0)
        cores = _of_one_core(name, _sessions())
        copy_sessions(owner_url, 1, COPIES - 1)
        model = _of_a_model(name)
        forget_readings(owner_url)
        one = measured(detector="local", processes=1)
        forget_readings(owner_url)
        all_cores = measured(detector="local", processes=available_cores())
        forget_readings(owner_url)
        copy_sessions(owner_url, COPIES, COPIES * GROWTH - 1)
        many = measured(detector="local", processes=available_cores())
    sections = [cores, _of_batches(name, one, all_cores, many), model]
    page = "<!-- Written by `make bench-detector`. -->\n# Benchmark of the cue detector\n\n"
    page += "\n".join(section.markdown(f"of the data: {name}") for section in sections)
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _sessions() -> list[SessionInput]:
    """Return the sessions of the list as a detector gets them; not redacted."""
    with psycopg.connect(url(LoginRole.CUES)) as database:
        pages = pending_pages(database, 100)
        return [said for page in pages for _, said in read_sessions(database, page) if said]


def _of_one_core(name: str, sessions: Sequence[SessionInput]) -> Section:
    clients = sum(u.role == "client" for session in sessions for u in session.utterances)
    said = [u.text for session in sessions for u in session.utterances if u.needs_sentiment]
    redacted = [redact_session(session) for session in sessions]
    list(LocalDetector().detect(redacted[:3]))  # reads its files
    detecting = _processor_seconds(lambda: list(LocalDetector().detect(redacted)))
    redacting = _processor_seconds(lambda: [redact_session(session) for session in sessions])
    scoring = _processor_seconds(lambda: [sentiment.score(text) for text in said])
    total = detecting + redacting + scoring
    steps = {"cues": detecting, "redaction": redacting, "sentiment": scoring, "all three": total}
    rate = clients / total
    return Section(
        title="One core, without a database",
        header=("Step", "processor seconds", "client utterances per second"),
        rows=[(step, f"{seconds:.2f}", f"{clients / seconds:,.0f}") for step, seconds in steps.items()],
        remarks=[
            f"{clients:,} client utterances of {len(sessions)} sessions ({name}); redaction reads what the "
            f"coach says too, sentiment the {len(said):,} utterances without a label.",
            _at_least("All three on one core", rate, PER_CORE),
        ],
    )


def _of_batches(name: str, one: Ran, all_cores: Ran, many: Ran) -> Section:
    def row(what: str, ran: Ran) -> tuple[str, ...]:
        return (
            what,
            f"{ran.sessions:,}",
            f"{ran.utterances:,}",
            f"{ran.seconds:.1f}",
            f"{ran.utterances / ran.seconds:,.0f}",
            f"{ran.processor_seconds:.1f}",
            f"{ran.megabytes:.0f}",
            f"{ran.worker_megabytes:.0f}",
        )

    count = available_cores()
    return Section(
        title="The whole run, from the list to the last row written",
        header=(
            "Run",
            "sessions",
            "utterances",
            "seconds",
            "per second",
            "processor seconds",
            "peak MB",
            "largest worker MB",
        ),
        rows=[
            row("one process", one),
            row(f"{count} processes", all_cores),
            row(f"{count} processes, {GROWTH} times the list", many),
        ],
        goals=[
            Goal(
                f"Memory of the reading process, {GROWTH} times the list to the list",
                many.megabytes / all_cores.megabytes,
                1.1,
            ),
            Goal(
                f"Memory of its workers, {GROWTH} times the list to the list",
                many.worker_megabytes / all_cores.worker_megabytes,
                1.1,
            ),
        ],
        remarks=[
            f"{count} processes are {one.seconds / all_cores.seconds:.2f} times as fast as one; Postgres is "
            "on the same cores. Utterances are the client's.",
            f"Sessions: {name} and copies; the first two rows read the same ones.",
        ],
    )


def _of_a_model(name: str) -> Section:
    with serve_in_subprocess(CALL_SECONDS) as base_url:
        ran = measured(
            openai_base_url=base_url,
            llm_model="measured",
            llm_concurrency=CONCURRENCY,
            llm_tokens_per_run=_MANY_TOKENS,
            llm_tokens_per_day=_MANY_TOKENS,
        )
    ideal = ran.requests * CALL_SECONDS / CONCURRENCY
    return Section(
        title=f"A language model that answers after {CALL_SECONDS * 1000:.0f} ms",
        header=("sessions", "requests", "at once", "seconds", "ideal seconds", "processor seconds"),
        rows=[
            (
                f"{ran.sessions:,}",
                f"{ran.requests:,}",
                f"{CONCURRENCY}",
                f"{ran.seconds:.1f}",
                f"{ideal:.1f}",
                f"{ran.processor_seconds:.1f}",
            )
        ],
        goals=[
            Goal("Seconds to the ideal, in which no request waits for this machine", ran.seconds / ideal, 1.2)
        ],
        remarks=[
            f"Requests per session: {ran.requests / ran.sessions:.2f}; tokens per session, by the server's "
            f"count of four characters a token: {ran.tokens / ran.sessions:,.0f} ({name}).",
        ],
    )


def _at_least(what: str, rate: float, goal: float) -> str:
    verdict = "met" if rate >= goal else "**not met**"
    return f"{what}: {rate:,.0f} client utterances per second, goal at least {goal:,.0f}: {verdict}."


def _processor_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
