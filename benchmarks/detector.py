"""`make bench-detector`: how fast sessions are read for cues, by the local detector and by a language model.

The local detector reads the sample practice (or, with --annomi, the real dialogues): on one core, and with
all cores for a batch that is made up while it is read. The language model is a server that answers each call
after 200 ms; what is measured is what the detector adds to that.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from cue_detector import sentiment
from cue_detector.cache import AnswerCache
from cue_detector.domain import ContextLine, DetectionStatus, InputUtterance, SessionInput
from cue_detector.llm.detector import LlmDetector
from cue_detector.local import LocalDetector
from cue_detector.redaction import redact_session
from cue_detector.settings import CueSettings
from cue_detector.store_connection import LastingConnection
from evaluation import annomi
from evaluation.question_predictions import server_of_its_own
from tests.fault_server import FaultServer
from warehouse import connection
from warehouse.fill import load_sample
from warehouse.load import load_folder
from warehouse.migrate import migrate
from warehouse.sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE

CALL_SECONDS = 0.2
BATCH_UTTERANCES = 60_000

_SESSIONS = """
    select j.id, j.coach_id, j.client_id, t.id, u.id, lower(trim(u.speaker_label)), u.start_time, u.text
    from ai_backend.transcription_jobs as j
    inner join ai_backend.transcripts as t on t.job_id = j.id
    inner join ai_backend.utterances as u on u.transcript_id = t.id
    where u.text ~ '\\S'
    order by t.id, u.start_time, u.sequence_number, u.id
"""


def main() -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annomi", action="store_true", help="the real dialogues instead of the sample")
    parser.add_argument("--concurrency", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, server_of_its_own(Path(scratch) / "warehouse"):
        migrate()
        if options.annomi:
            load_folder(annomi.directory())
        else:
            load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        sessions = read_sessions()
        for line in (*local_lines(sessions), *llm_lines(sessions, options.concurrency)):
            print(line, flush=True)
    return 0


def read_sessions() -> list[SessionInput]:
    """Return the sessions of the database as a detector gets them; not redacted."""
    spoken: dict[UUID, list[InputUtterance]] = {}
    ids: dict[UUID, tuple[UUID, UUID, UUID]] = {}
    before: dict[UUID, tuple[ContextLine, ...]] = {}
    with connection.connect() as database:
        for job, coach, client, transcript, utterance, role, start, text in database.execute(_SESSIONS):
            ids[transcript] = (job, coach, client)
            context = before.get(transcript, ())
            if role in ("coach", "client"):
                spoken.setdefault(transcript, []).append(
                    InputUtterance(utterance, role, float(start or 0), text, context, needs_sentiment=True)
                )
            before[transcript] = (*context[-1:], ContextLine(role or "other", text))
    return [
        SessionInput(*ids[transcript], transcript, "1", tuple(said)) for transcript, said in spoken.items()
    ]


def local_lines(sessions: Sequence[SessionInput]) -> Iterator[str]:
    """Yield what was measured of the local detector."""
    clients = _client_utterances(sessions)
    redacted = [redact_session(session) for session in sessions]
    list(LocalDetector().detect(redacted[:3]))
    detecting = _processor_seconds(lambda: list(LocalDetector().detect(redacted)))
    redacting = _processor_seconds(lambda: [redact_session(session) for session in sessions])
    scoring = _processor_seconds(lambda: [sentiment.score(u.text) for s in sessions for u in s.utterances])
    yield f"client utterances per second, one core: {clients / detecting:,.0f} (cues alone)"
    yield (
        f"client utterances per second, one core: {clients / (detecting + redacting + scoring):,.0f} "
        "(redaction and sentiment of all speakers included)"
    )
    cores = os.cpu_count() or 1
    copies = max(1, BATCH_UTTERANCES // clients)
    for processes in sorted({1, cores}):
        detector = LocalDetector(processes=processes)
        started = time.perf_counter()
        count = sum(1 for _ in detector.detect(_copies(redacted, copies)))
        seconds = time.perf_counter() - started
        yield (
            f"batch of {count:,} sessions, {processes} process(es): {clients * copies / seconds:,.0f} client "
            f"utterances per second, start-up included; peak memory so far {_peak_megabytes():.0f} MB"
        )
    count = sum(1 for _ in detector.detect(_copies(redacted, 4 * copies)))
    yield f"four times the batch ({count:,} sessions): peak memory {_peak_megabytes():.0f} MB"


def llm_lines(sessions: Sequence[SessionInput], concurrency: int) -> Iterator[str]:
    """Yield what was measured of the language model's detector."""
    with (
        FaultServer(delay_seconds=CALL_SECONDS) as server,
        LastingConnection(connection.url()) as lasting,
    ):
        settings = CueSettings(
            openai_base_url=server.url, llm_model="measured", llm_concurrency=concurrency,
            llm_tokens_per_run=100_000_000, llm_tokens_per_day=100_000_000,
        )  # fmt: skip
        detector = LlmDetector(settings, AnswerCache(lasting, "measured", "measured"))
        started = time.perf_counter()
        found = list(detector.detect(iter(sessions)))
        seconds = time.perf_counter() - started
    if any(each.status is not DetectionStatus.SUCCEEDED for each in found):
        raise RuntimeError("a session was not read")
    requests = sum(each.usage.requests for each in found)
    tokens = sum(each.usage.prompt_tokens + each.usage.completion_tokens for each in found)
    ideal = requests * CALL_SECONDS / concurrency
    yield (
        f"language model at {CALL_SECONDS * 1000:.0f} ms a call, {concurrency} at a time: {len(found)} "
        f"sessions in {seconds:.1f} s, {seconds / ideal:.2f} x the ideal of {ideal:.1f} s"
    )
    yield (
        f"requests per session: {requests / len(found):.2f}; tokens per session, as the server counts them: "
        f"{tokens / len(found):,.0f}; known answers: {sum(each.usage.cached_utterances for each in found):,}"
    )


def _client_utterances(sessions: Iterable[SessionInput]) -> int:
    return sum(u.role == "client" for session in sessions for u in session.utterances)


def _processor_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _copies(sessions: Sequence[SessionInput], count: int) -> Iterator[SessionInput]:
    """Yield the sessions again and again under other ids, made up one at a time."""
    for number in range(count):
        for session in sessions:
            yield SessionInput(
                uuid5(NAMESPACE_OID, f"{session.job_id} {number}"), session.coach_id, session.client_id,
                session.transcript_id, session.source_revision, session.utterances,
            )  # fmt: skip


def _peak_megabytes() -> float:
    """The largest resident memory of this process until now."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1024 if sys.platform != "darwin" else kilobytes / 1024 / 1024


if __name__ == "__main__":
    sys.exit(main())
