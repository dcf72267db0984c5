"""The detector that asks a language model: many sessions at once, each answered for itself."""

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager

from cue_detector.domain import (
    Cue,
    DetectionStatus,
    Detector,
    FailureKind,
    SessionDetection,
    SessionInput,
    Usage,
)
from cue_detector.llm.budget import TokenBudget
from cue_detector.llm.circuit_breaker import CircuitBreaker
from cue_detector.llm.client import ModelClient
from cue_detector.llm.prompt import prompt_version
from cue_detector.llm.request_coalescer import RequestCoalescer
from cue_detector.llm.response_cache import ResponseCache
from cue_detector.llm.session_client import Problem, SessionReader, SessionState
from cue_detector.redaction import redact_session
from cue_detector.settings import CueSettings

LLM_VERSION = "llm-1"
"""Raise it when what is asked, checked or kept changes in a way that the prompt's version does not show."""

_SESSIONS_PER_REQUEST_SLOT = 2
"""While one session is asked about, another is made ready, so that no request waits for this machine."""


class LlmDetector:
    """Reads sessions with the language model of the settings (specification, "Language Cue Detection")."""

    name = "llm"

    def __init__(self, settings: CueSettings, cache: ResponseCache, fallback: Detector | None = None) -> None:
        """`fallback` answers what the model can't, if given; otherwise such a session is marked failed."""
        self.version = f"{LLM_VERSION} {settings.llm_model}"
        self._settings = settings
        self._cache = cache
        self._fallback = fallback

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session, as each is ready; few more are taken than are asked about at once.

        What was not redacted yet is redacted here: nothing else may leave the machine.
        """
        waiting = iter(sessions)
        running: set[Future[SessionDetection]] = set()
        with _event_loop() as loop:
            work = _Work(self._settings, self._cache, self._fallback, self.version)
            asyncio.run_coroutine_threadsafe(work.open(), loop).result()
            try:
                while True:
                    while len(running) < self._settings.llm_concurrency * _SESSIONS_PER_REQUEST_SLOT:
                        session = next(waiting, None)
                        if session is None:
                            break
                        get_query_runner = work.detect(redact_session(session))
                        running.add(asyncio.run_coroutine_threadsafe(get_query_runner, loop))
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
        self, settings: CueSettings, cache: ResponseCache, fallback: Detector | None, version: str
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._fallback = fallback
        self._version = version
        self._client: ModelClient

    async def open(self) -> None:
        settings = self._settings
        self._client = ModelClient(settings)
        spent = await asyncio.to_thread(self._cache.spent_today)
        budget = TokenBudget(settings.llm_tokens_per_run, settings.llm_tokens_per_day, spent)
        breaker = CircuitBreaker(settings.llm_circuit_breaker_threshold)
        self._reader = SessionReader(settings, self._client, RequestCoalescer(self._cache), budget, breaker)

    async def close(self) -> None:
        await self._client.close()

    async def detect(self, session: SessionInput) -> SessionDetection:
        started = time.monotonic()
        inquiry = await self._reader.read(session)
        return self._conclude(inquiry, time.monotonic() - (inquiry.asked_at or started))

    def _conclude(self, inquiry: SessionState, seconds: float) -> SessionDetection:
        missing = frozenset(question.utterance.utterance_id for question in inquiry.unanswered)
        status, cues = DetectionStatus.SUCCEEDED, _cues(inquiry)
        failure: FailureKind | None = None
        used_fallback = False
        if missing and inquiry.problem is Problem.BUDGET:
            status, cues = DetectionStatus.DEFERRED, ()
        elif missing:
            failure = inquiry.problem.failure if inquiry.problem else FailureKind.ANSWER
            if self._fallback:
                used_fallback = True
                cues += _stand_in(self._fallback, inquiry.session, missing)
            else:
                status, cues = DetectionStatus.FAILED, ()
        return SessionDetection(
            job_id=inquiry.session.job_id,
            detector=LlmDetector.name,
            detector_version=self._version,
            prompt_version=prompt_version(),
            status=status,
            cues=cues,
            usage=self._usage(inquiry, seconds),
            used_fallback=used_fallback,
            fallback_utterances=missing if used_fallback else frozenset(),
            failure=failure,
            error=inquiry.reason if missing else None,
        )

    def _usage(self, inquiry: SessionState, seconds: float) -> Usage:
        prompt_price, completion_price = self._settings.llm_prompt_price, self._settings.llm_completion_price
        cost = None
        if prompt_price is not None and completion_price is not None:
            paid = inquiry.prompt_tokens * prompt_price + inquiry.completion_tokens * completion_price
            cost = paid / 1_000_000
        return Usage(
            requests=inquiry.requests,
            prompt_tokens=inquiry.prompt_tokens,
            completion_tokens=inquiry.completion_tokens,
            cached_utterances=inquiry.cached,
            cost_usd=cost,
            latency_seconds=seconds,
        )


def _cues(inquiry: SessionState) -> tuple[Cue, ...]:
    answered = (question for question in inquiry.questions if question.key in inquiry.answers)
    return tuple(cue.cue(question) for question in answered for cue in inquiry.answers[question.key])


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
