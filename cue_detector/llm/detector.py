"""The detector that asks a language model: many sessions at once, each answered for itself."""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass

from cue_detector.cache import AnswerCache
from cue_detector.domain import (
    Cue,
    DetectionStatus,
    Detector,
    FailureKind,
    SessionDetection,
    SessionInput,
    Usage,
)
from cue_detector.llm.book import AnswerBook
from cue_detector.llm.budget import TokenBudget
from cue_detector.llm.client import ModelClient
from cue_detector.llm.prompt import prompt_version
from cue_detector.llm.reader import Problem, Reading, SessionReader
from cue_detector.redaction import redact_session
from cue_detector.settings import CueSettings

LLM_VERSION = "llm-1"
"""Raise it when what is asked, checked or kept changes in a way that the prompt's version does not show."""


@dataclass
class _Breaker:
    """Stops asking a provider that is down or refuses the key, instead of waiting for it in every session."""

    limit: int
    in_a_row: int = 0
    reason: str | None = None

    def note(self, reading: Reading) -> None:
        if reading.problem is not Problem.PROVIDER:
            self.in_a_row = 0 if reading.requests else self.in_a_row
            return
        self.in_a_row += 1 if reading.requests else 0
        if reading.is_final or self.in_a_row >= self.limit:
            self.reason = self.reason or reading.reason


class LlmDetector:
    """Reads sessions with the language model of the settings (specification, "Language Cue Detection")."""

    name = "llm"

    def __init__(self, settings: CueSettings, cache: AnswerCache, fallback: Detector | None = None) -> None:
        """`fallback` answers what the model can't, if given; otherwise such a session is marked failed."""
        self.version = f"{LLM_VERSION} {settings.llm_model}"
        self._settings = settings
        self._cache = cache
        self._fallback = fallback

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session, as each is ready; no more sessions are taken than run at once.

        Texts are redacted here also when the caller has done so: nothing else may leave the machine.
        """
        waiting = iter(sessions)
        running: set[Future[SessionDetection]] = set()
        with _event_loop() as loop:
            work = _Work(self._settings, self._cache, self._fallback, self.version)
            asyncio.run_coroutine_threadsafe(work.open(), loop).result()
            try:
                while True:
                    while len(running) < self._settings.llm_concurrency:
                        session = next(waiting, None)
                        if session is None:
                            break
                        running.add(asyncio.run_coroutine_threadsafe(work.detect(session), loop))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            finally:
                for future in running:
                    future.cancel()
                asyncio.run_coroutine_threadsafe(work.close(), loop).result()


class _Work:
    """What lives inside the event loop while sessions are read."""

    def __init__(
        self, settings: CueSettings, cache: AnswerCache, fallback: Detector | None, version: str
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._fallback = fallback
        self._version = version
        self._breaker = _Breaker(settings.llm_failures_in_a_row)
        self._client: ModelClient

    async def open(self) -> None:
        settings = self._settings
        self._client = ModelClient(settings)
        spent = await asyncio.to_thread(self._cache.spent_today)
        budget = TokenBudget(settings.llm_tokens_per_run, settings.llm_tokens_per_day, spent)
        self._reader = SessionReader(settings, self._client, AnswerBook(self._cache), budget)

    async def close(self) -> None:
        await self._client.close()

    async def detect(self, session: SessionInput) -> SessionDetection:
        started = time.monotonic()
        reading = await self._reader.read(redact_session(session), self._breaker.reason)
        self._breaker.note(reading)
        return self._conclude(reading, time.monotonic() - started)

    def _conclude(self, reading: Reading, seconds: float) -> SessionDetection:
        missing = frozenset(question.utterance.utterance_id for question in reading.unanswered)
        status, cues = DetectionStatus.SUCCEEDED, _cues(reading)
        failure: FailureKind | None = None
        fell_back = False
        if missing and reading.problem is Problem.BUDGET:
            status, cues = DetectionStatus.DEFERRED, ()
        elif missing:
            failure = reading.problem.failure if reading.problem else FailureKind.ANSWER
            if self._fallback:
                fell_back = True
                cues += _stand_in(self._fallback, reading.session, missing)
            else:
                status, cues = DetectionStatus.FAILED, ()
        return SessionDetection(
            job_id=reading.session.job_id,
            detector=LlmDetector.name,
            detector_version=self._version,
            prompt_version=prompt_version(),
            status=status,
            cues=cues,
            usage=self._usage(reading, seconds),
            fell_back=fell_back,
            stood_in_for=missing if fell_back else frozenset(),
            failure=failure,
            error=reading.reason if missing else None,
        )

    def _usage(self, reading: Reading, seconds: float) -> Usage:
        prompt_price, completion_price = self._settings.llm_prompt_price, self._settings.llm_completion_price
        cost = None
        if prompt_price is not None and completion_price is not None:
            paid = reading.prompt_tokens * prompt_price + reading.completion_tokens * completion_price
            cost = paid / 1_000_000
        return Usage(
            requests=reading.requests,
            prompt_tokens=reading.prompt_tokens,
            completion_tokens=reading.completion_tokens,
            cached_utterances=reading.cached,
            cost_usd=cost,
            latency_seconds=seconds,
        )


def _cues(reading: Reading) -> tuple[Cue, ...]:
    answered = (question for question in reading.questions if question.key in reading.answers)
    return tuple(cue.cue(question) for question in answered for cue in reading.answers[question.key])


def _stand_in(fallback: Detector, session: SessionInput, missing: frozenset[object]) -> tuple[Cue, ...]:
    found = (cue for detection in fallback.detect([session]) for cue in detection.cues)
    return tuple(cue for cue in found if cue.utterance_id in missing)


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread, so that requests go on while the caller writes what is ready."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="cue-llm", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
