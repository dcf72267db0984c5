"""Labels one session with the language model: request, validate, reprompt for failures, within a deadline."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from cue_detector.domain import FailureKind, SessionInput
from cue_detector.llm.budget import BudgetExhaustedError, TokenBudget
from cue_detector.llm.chunks import LabellingRequest, build_request, split
from cue_detector.llm.circuit_breaker import CircuitBreaker
from cue_detector.llm.client import ModelClient, ModelResponse, ProviderError, RejectedRequestError
from cue_detector.llm.deadline import Deadline
from cue_detector.llm.prompt import PromptItem, make_prompt_item
from cue_detector.llm.request_coalescer import RequestCoalescer
from cue_detector.llm.response_cache import RequestUsage
from cue_detector.llm.responses import ParsedCues, parse_response
from cue_detector.settings import CueSettings
from cue_detector.text import is_backchannel


class FailureReason(Enum):
    """Why utterances have no response, in ascending precedence."""

    INVALID_RESPONSE = auto()
    PROVIDER = auto()
    BUDGET = auto()

    @property
    def kind(self) -> FailureKind:
        """The failure kind to store."""
        is_invalid = self is FailureReason.INVALID_RESPONSE
        return FailureKind.INVALID_RESPONSE if is_invalid else FailureKind.PROVIDER


@dataclass
class SessionState:
    """Progress of a session; updated continuously, so that an expired deadline loses no response."""

    session: SessionInput
    items: list[PromptItem]
    responses: dict[str, ParsedCues] = field(default_factory=dict)
    cached: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failure_reason: FailureReason | None = None
    failure_message: str | None = None
    is_counted_as_failure: bool = False
    """Whether the circuit breaker has counted this session."""
    first_request_at: float | None = None
    """Monotonic time of the first request."""

    @property
    def missing_items(self) -> list[PromptItem]:
        """Items without a valid response."""
        return [item for item in self.items if item.key not in self.responses]


@dataclass(frozen=True)
class SessionClient:
    """Processes sessions; may process many concurrently."""

    settings: CueSettings
    client: ModelClient
    coalescer: RequestCoalescer
    budget: TokenBudget
    circuit_breaker: CircuitBreaker

    async def process(self, session: SessionInput) -> SessionState:
        """Label a redacted session; failures of provider or model are recorded in the state, not raised.

        When the circuit breaker is open, only cached responses are used.
        """
        state = SessionState(session, make_prompt_items(session, self.settings.llm_model))
        if not state.items:
            return state
        try:
            async with asyncio.timeout(None) as timeout:
                await self._request_until_complete(
                    state, Deadline(self.settings.llm_deadline_seconds, timeout)
                )
        except TimeoutError:
            self._record_provider_failure(state, "the session deadline was exceeded")
        return state

    async def _request_until_complete(self, state: SessionState, deadline: Deadline) -> None:
        max_utterances = self.settings.llm_chunk_utterances
        for round_number in range(self.settings.llm_max_reprompts + 1):
            pending = {item.key: item for item in state.missing_items}
            state.failure_reason = None
            acquired = self.coalescer.acquire(pending)
            try:
                # Read after acquiring: no other session can pay for these keys in between.
                state.responses.update(await self.coalescer.get(state.session, pending))
                if round_number == 0:
                    state.cached = len(state.items) - len(state.missing_items)
                to_request = [
                    item
                    for item in pending.values()
                    if item.key in acquired and item.key not in state.responses
                ]
                chunks = split(to_request, self.settings.llm_chunk_tokens, max_utterances)
                repeatable = await asyncio.gather(
                    *(self._request(state, chunk, deadline) for chunk in chunks)
                )
            finally:
                self.coalescer.release(acquired)
            others = pending.keys() - acquired - state.responses.keys()
            if others:
                await self.coalescer.wait(others)
                state.responses.update(await self.coalescer.get(state.session, others))
            is_retryable = state.failure_reason not in (FailureReason.PROVIDER, FailureReason.BUDGET)
            if not state.missing_items or not is_retryable:
                return
            if not all(repeatable):
                # Rejected or truncated as a whole: smaller chunks isolate the utterance that causes it.
                max_utterances = max(1, math.ceil(max(len(chunk) for chunk in chunks) / 2))
        if state.failure_reason is None:
            state.failure_reason = FailureReason.INVALID_RESPONSE
            state.failure_message = "the request of another session returned no valid response"

    async def _request(self, state: SessionState, chunk: Sequence[PromptItem], deadline: Deadline) -> bool:
        """Label a chunk and store the valid responses; returns False if the same request would fail again."""
        request = build_request(chunk, self.settings.llm_output_tokens_per_utterance)
        try:
            self.budget.reserve(request.max_tokens)
        except BudgetExhaustedError as error:
            _record_failure(state, FailureReason.BUDGET, str(error))
            return True
        attempts, response = 0, None

        def before_attempt() -> None:
            nonlocal attempts
            if self.circuit_breaker.open_reason:
                raise ProviderError(self.circuit_breaker.open_reason)
            state.first_request_at = state.first_request_at or time.monotonic()
            state.requests += 1
            attempts += 1

        try:
            response = await self.client.complete(request, deadline, before_attempt)
        except ProviderError as error:
            self._record_provider_failure(state, error.reason, is_permanent=error.is_permanent)
            return True
        except RejectedRequestError as error:
            _record_failure(state, FailureReason.INVALID_RESPONSE, str(error))
            return False
        finally:
            usage = _usage(attempts, response)
            self.budget.settle(request.max_tokens, usage.tokens)
            state.prompt_tokens += usage.prompt_tokens
            state.completion_tokens += usage.completion_tokens
            valid = _valid_responses(response, request)
            state.responses.update(valid)
            await self.coalescer.put(state.session, valid, usage)
        self.circuit_breaker.record_success()
        if response.content is None:
            _record_failure(state, FailureReason.INVALID_RESPONSE, "the model refused to respond")
            return False
        if len(valid) < len(chunk):
            problem = "truncated" if response.is_truncated else "not valid"
            _record_failure(state, FailureReason.INVALID_RESPONSE, f"the response was {problem}")
        return bool(valid) and not response.is_truncated

    def _record_provider_failure(
        self, state: SessionState, message: str, *, is_permanent: bool = False
    ) -> None:
        """Record a provider failure; the circuit breaker counts a session once."""
        _record_failure(state, FailureReason.PROVIDER, message)
        if state.requests and (is_permanent or not state.is_counted_as_failure):
            self.circuit_breaker.record_failure(message, is_permanent=is_permanent)
            state.is_counted_as_failure = True


def make_prompt_items(session: SessionInput, model: str) -> list[PromptItem]:
    """Return a prompt item for each client utterance that is not a back-channel."""
    return [
        make_prompt_item(model, utterance)
        for utterance in session.utterances
        if utterance.role == "client" and not is_backchannel(utterance.text)
    ]


def _usage(requests: int, response: ModelResponse | None) -> RequestUsage:
    if response is None:
        return RequestUsage(requests)
    return RequestUsage(requests, response.prompt_tokens, response.completion_tokens)


def _valid_responses(response: ModelResponse | None, request: LabellingRequest) -> dict[str, ParsedCues]:
    if response is None or response.content is None:
        return {}
    return parse_response(response.content, request.items, is_truncated=response.is_truncated)


def _record_failure(state: SessionState, reason: FailureReason, message: str) -> None:
    """Record a failure, unless one of higher precedence is recorded already."""
    if state.failure_reason is None or reason.value >= state.failure_reason.value:
        state.failure_reason, state.failure_message = reason, message
