"""Read one session with the language model: ask, validate, ask again about what failed, by a deadline."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from cue_detector.domain import FailureKind, SessionInput
from cue_detector.llm.budget import BudgetExhaustedError, TokenBudget
from cue_detector.llm.chunks import Request, make_request, split
from cue_detector.llm.circuit_breaker import CircuitBreaker
from cue_detector.llm.client import ModelClient, ProviderError, RefusedRequestError, Reply
from cue_detector.llm.deadline import Deadline
from cue_detector.llm.prompt import Question, make_question
from cue_detector.llm.request_coalescer import RequestCoalescer
from cue_detector.llm.response_cache import Spent
from cue_detector.llm.responses import Answer, parse_response
from cue_detector.settings import CueSettings
from cue_detector.text import is_backchannel


class Problem(Enum):
    """Why utterances were left without an answer."""

    PROVIDER = auto()
    ANSWER = auto()
    BUDGET = auto()

    @property
    def failure(self) -> FailureKind:
        """Whose fault it was."""
        return FailureKind.ANSWER if self is Problem.ANSWER else FailureKind.PROVIDER


@dataclass
class SessionState:
    """What is known of a session so far; filled while it is read, so that a deadline loses nothing."""

    session: SessionInput
    questions: list[Question]
    answers: dict[str, Answer] = field(default_factory=dict)
    cached: int = 0
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    problem: Problem | None = None
    reason: str | None = None
    is_lost: bool = False
    """True when the provider has failed it."""
    asked_at: float | None = None
    """When its first request was made, by the monotonic clock; none before."""

    @property
    def unanswered(self) -> list[Question]:
        """The questions without a valid answer."""
        return [question for question in self.questions if question.key not in self.answers]


@dataclass(frozen=True)
class SessionReader:
    """Reads sessions one at a time, many at the same time."""

    settings: CueSettings
    client: ModelClient
    book: RequestCoalescer
    budget: TokenBudget
    breaker: CircuitBreaker

    async def read(self, session: SessionInput) -> SessionState:
        """Return what came of asking about a redacted session; never raises for what provider or model do.

        When the provider is given up, only the cache answers.
        """
        inquiry = SessionState(session, make_questions(session, self.settings.llm_model))
        if not inquiry.questions:
            return inquiry
        try:
            async with asyncio.timeout(None) as limit:
                await self._ask_in_rounds(inquiry, Deadline(self.settings.llm_deadline_seconds, limit))
        except TimeoutError:
            self._lose(inquiry, "no answer within the session's deadline")
        return inquiry

    async def _ask_in_rounds(self, inquiry: SessionState, deadline: Deadline) -> None:
        per_request = self.settings.llm_chunk_utterances
        for number in range(self.settings.llm_max_reprompts + 1):
            pending = {question.key: question for question in inquiry.unanswered}
            inquiry.problem = None
            mine = self.book.claim(pending)
            try:
                # Looked up once they are claimed: nobody can have them answered and paid for in between.
                inquiry.answers.update(await self.book.known(inquiry.session, pending))
                if number == 0:
                    inquiry.cached = len(inquiry.questions) - len(inquiry.unanswered)
                asked = [q for q in pending.values() if q.key in mine and q.key not in inquiry.answers]
                chunks = split(asked, self.settings.llm_chunk_tokens, per_request)
                whole = await asyncio.gather(*(self._ask(inquiry, chunk, deadline) for chunk in chunks))
            finally:
                self.book.release(mine)
            theirs = pending.keys() - mine - inquiry.answers.keys()
            if theirs:
                await self.book.wait(theirs)
                inquiry.answers.update(await self.book.known(inquiry.session, theirs))
            if not inquiry.unanswered or inquiry.problem in (Problem.PROVIDER, Problem.BUDGET):
                return
            if not all(whole):
                # Refused or cut off as a whole: smaller requests show which utterance it was.
                per_request = max(1, math.ceil(max(len(chunk) for chunk in chunks) / 2))
        if inquiry.problem is None:
            inquiry.problem, inquiry.reason = (
                Problem.ANSWER,
                "another session's request brought no valid answer",
            )

    async def _ask(self, inquiry: SessionState, chunk: Sequence[Question], deadline: Deadline) -> bool:
        """Ask about a chunk and keep what is valid; false when the same request would fail again."""
        request = make_request(chunk, self.settings.llm_output_tokens_per_utterance)
        try:
            self.budget.reserve(request.tokens)
        except BudgetExhaustedError as error:
            _note(inquiry, Problem.BUDGET, str(error))
            return True
        tries, reply = 0, None

        def on_request() -> None:
            nonlocal tries
            if self.breaker.reason:
                raise ProviderError(self.breaker.reason)
            inquiry.asked_at = inquiry.asked_at or time.monotonic()
            inquiry.requests += 1
            tries += 1

        try:
            reply = await self.client.ask(request, deadline, on_request)
        except ProviderError as error:
            self._lose(inquiry, error.reason, is_final=error.is_final)
            return True
        except RefusedRequestError as error:
            _note(inquiry, Problem.ANSWER, str(error))
            return False
        finally:
            spent = _spent(tries, reply)
            self.budget.settle(request.tokens, spent.tokens)
            inquiry.prompt_tokens += spent.prompt_tokens
            inquiry.completion_tokens += spent.completion_tokens
            valid = _valid(reply, request)
            inquiry.answers.update(valid)
            await self.book.keep(inquiry.session, valid, spent)
        self.breaker.answered()
        if reply.content is None:
            _note(inquiry, Problem.ANSWER, "the model refused to answer")
            return False
        if len(valid) < len(chunk):
            how = "was cut off" if reply.is_cut_off else "was not valid"
            _note(inquiry, Problem.ANSWER, f"the answer {how}")
        return bool(valid) and not reply.is_cut_off

    def _lose(self, inquiry: SessionState, reason: str, *, is_final: bool = False) -> None:
        """Note that the provider failed a session; told to the breaker at once, and once per session."""
        _note(inquiry, Problem.PROVIDER, reason)
        if inquiry.requests and (is_final or not inquiry.is_lost):
            self.breaker.lost(reason, is_final=is_final)
            inquiry.is_lost = True


def make_questions(session: SessionInput, model: str) -> list[Question]:
    """Return the questions about a session: what the client says, but never a back-channel."""
    return [
        make_question(model, utterance)
        for utterance in session.utterances
        if utterance.role == "client" and not is_backchannel(utterance.text)
    ]


def _spent(requests: int, reply: Reply | None) -> Spent:
    return Spent(requests, reply.prompt_tokens, reply.completion_tokens) if reply else Spent(requests)


def _valid(reply: Reply | None, request: Request) -> dict[str, Answer]:
    if reply is None or reply.content is None:
        return {}
    return parse_response(reply.content, request.questions, is_cut_off=reply.is_cut_off)


def _note(inquiry: SessionState, problem: Problem, reason: str) -> None:
    """Remember the gravest problem: a cap before the provider before the answer."""
    gravity = [None, Problem.ANSWER, Problem.PROVIDER, Problem.BUDGET]
    if gravity.index(problem) >= gravity.index(inquiry.problem):
        inquiry.problem, inquiry.reason = problem, reason
