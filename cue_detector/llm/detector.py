"""Language model detector: processes many sessions concurrently and isolates their failures."""

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
from cue_detector.llm.session_client import FailureReason, SessionClient, SessionState
from cue_detector.redaction import redact_session
from cue_detector.settings import CueSettings

LLM_VERSION = "llm-1"
"""Increment on changes to requests, validation or stored values that do not change the prompt version."""

_SESSIONS_PER_REQUEST_SLOT = 2
"""A second session is prepared per slot, so that no slot is idle."""


class LlmDetector:
    """Detector that uses the configured language model.

    See docs/decisions/0019-one-llm-request-per-session.md and docs/decisions/0021-llm-retry-policy.md.
    """

    name = "llm"

    def __init__(self, settings: CueSettings, cache: ResponseCache, fallback: Detector | None = None) -> None:
        """`fallback` processes utterances the model failed on; without it such a session is marked failed."""
        self.version = f"{LLM_VERSION} {settings.llm_model}"
        self._settings = settings
        self._cache = cache
        self._fallback = fallback

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session as each completes; consumes only a few sessions ahead.

        Sessions that are not redacted are redacted here, before any text is sent.
        """
        pending = iter(sessions)
        running: set[Future[SessionDetection]] = set()
        with _background_event_loop() as loop:
            worker = _Worker(self._settings, self._cache, self._fallback, self.version)
            asyncio.run_coroutine_threadsafe(worker.open(), loop).result()
            try:
                while True:
                    while len(running) < self._settings.llm_concurrency * _SESSIONS_PER_REQUEST_SLOT:
                        session = next(pending, None)
                        if session is None:
                            break
                        detection = worker.detect(redact_session(session))
                        running.add(asyncio.run_coroutine_threadsafe(detection, loop))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            finally:
                for future in running:
                    future.cancel()
                asyncio.run_coroutine_threadsafe(worker.close(), loop).result()


class _Worker:
    """The part of the detector that runs within the event loop."""

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
        circuit_breaker = CircuitBreaker(settings.llm_circuit_breaker_threshold)
        self._session_client = SessionClient(
            settings, self._client, RequestCoalescer(self._cache), budget, circuit_breaker
        )

    async def close(self) -> None:
        await self._client.close()

    async def detect(self, session: SessionInput) -> SessionDetection:
        started = time.monotonic()
        state = await self._session_client.process(session)
        return self._detection(state, time.monotonic() - (state.first_request_at or started))

    def _detection(self, state: SessionState, latency_seconds: float) -> SessionDetection:
        missing = frozenset(item.utterance.utterance_id for item in state.missing_items)
        status, cues = DetectionStatus.SUCCEEDED, _cues(state)
        failure: FailureKind | None = None
        used_fallback = False
        if missing and state.failure_reason is FailureReason.BUDGET:
            status, cues = DetectionStatus.DEFERRED, ()
        elif missing:
            failure = state.failure_reason.kind if state.failure_reason else FailureKind.INVALID_RESPONSE
            if self._fallback:
                used_fallback = True
                cues += _fallback_cues(self._fallback, state.session, missing)
            else:
                status, cues = DetectionStatus.FAILED, ()
        return SessionDetection(
            job_id=state.session.job_id,
            detector=LlmDetector.name,
            detector_version=self._version,
            prompt_version=prompt_version(),
            status=status,
            cues=cues,
            usage=self._usage(state, latency_seconds),
            used_fallback=used_fallback,
            fallback_utterances=missing if used_fallback else frozenset(),
            failure=failure,
            error=state.failure_message if missing else None,
        )

    def _usage(self, state: SessionState, latency_seconds: float) -> Usage:
        prompt_price, completion_price = self._settings.llm_prompt_price, self._settings.llm_completion_price
        cost = None
        if prompt_price is not None and completion_price is not None:
            per_million = state.prompt_tokens * prompt_price + state.completion_tokens * completion_price
            cost = per_million / 1_000_000
        return Usage(
            requests=state.requests,
            prompt_tokens=state.prompt_tokens,
            completion_tokens=state.completion_tokens,
            cached_utterances=state.cached,
            cost_usd=cost,
            latency_seconds=latency_seconds,
        )


def _cues(state: SessionState) -> tuple[Cue, ...]:
    labelled = (item for item in state.items if item.key in state.responses)
    return tuple(parsed.cue(item) for item in labelled for parsed in state.responses[item.key])


def _fallback_cues(fallback: Detector, session: SessionInput, missing: frozenset[object]) -> tuple[Cue, ...]:
    cues = (cue for detection in fallback.detect([session]) for cue in detection.cues)
    return tuple(cue for cue in cues if cue.utterance_id in missing)


@contextmanager
def _background_event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread, so that requests continue while the caller writes results."""
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
