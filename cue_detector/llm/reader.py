"""Read one session with the language model: ask, validate, ask again about what failed, by a deadline."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from cue_detector.domain import FailureKind, SessionInput
from cue_detector.llm.answers import Answer, read_answers
from cue_detector.llm.book import AnswerBook
from cue_detector.llm.budget import BudgetExhaustedError, TokenBudget
from cue_detector.llm.chunks import estimate_prompt_tokens, split
from cue_detector.llm.client import ModelClient, ProviderError, RefusedRequestError, output_room
from cue_detector.llm.prompt import Question, make_question
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
class Reading:
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
    is_final: bool = False
    """True when the provider said that no later request can fare better."""

    @property
    def unanswered(self) -> list[Question]:
        """The questions without a valid answer."""
        return [question for question in self.questions if question.key not in self.answers]


@dataclass(frozen=True)
class SessionReader:
    """Reads sessions one at a time, many at the same time."""

    settings: CueSettings
    client: ModelClient
    book: AnswerBook
    budget: TokenBudget

    async def read(self, session: SessionInput, blocked: str | None) -> Reading:
        """Return the reading of a redacted session; never raises for what provider or model do.

        `blocked` is why nothing may be asked any more; then only the cache answers.
        """
        reading = Reading(session, make_questions(session, self.settings.llm_model))
        if not reading.questions:
            return reading
        deadline = asyncio.get_running_loop().time() + self.settings.llm_deadline_seconds
        reading.answers.update(await self.book.known(session, {q.key for q in reading.questions}))
        reading.cached = len(reading.questions) - len(reading.unanswered)
        if blocked and reading.unanswered:
            reading.problem, reading.reason = Problem.PROVIDER, blocked
            return reading
        try:
            async with asyncio.timeout_at(deadline):
                await self._ask_in_rounds(reading, deadline)
        except TimeoutError:
            reading.problem, reading.reason = Problem.PROVIDER, "no answer within the session's deadline"
        return reading

    async def _ask_in_rounds(self, reading: Reading, deadline: float) -> None:
        per_request = self.settings.llm_chunk_utterances
        for _ in range(self.settings.llm_rounds):
            pending = {question.key: question for question in reading.unanswered}
            if not pending:
                return
            reading.problem = None
            mine = self.book.claim(pending)
            try:
                asked = [question for key, question in pending.items() if key in mine]
                chunks = split(asked, self.settings.llm_chunk_tokens, per_request)
                whole = await asyncio.gather(*(self._ask(reading, chunk, deadline) for chunk in chunks))
            finally:
                self.book.release(mine)
            theirs = pending.keys() - mine
            if theirs:
                await self.book.wait(theirs)
                reading.answers.update(await self.book.known(reading.session, theirs))
            if reading.problem in (Problem.PROVIDER, Problem.BUDGET):
                return
            if not all(whole):
                # Refused or cut off as a whole: smaller requests show which utterance it was.
                per_request = max(1, math.ceil(max(len(chunk) for chunk in chunks) / 2))
        if reading.unanswered and reading.problem is None:
            reading.problem, reading.reason = (
                Problem.ANSWER,
                "another session's request brought no valid answer",
            )

    async def _ask(self, reading: Reading, chunk: Sequence[Question], deadline: float) -> bool:
        """Ask about a chunk and keep what is valid; false when the same request would fail again."""
        reserved = estimate_prompt_tokens(chunk) + output_room(self.settings, len(chunk))
        try:
            self.budget.reserve(reserved)
        except BudgetExhaustedError as error:
            _note(reading, Problem.BUDGET, str(error))
            return True
        sent, reply = 0, None

        def on_request() -> None:
            nonlocal sent
            sent += 1
            reading.requests += 1

        try:
            reply = await self.client.ask(chunk, deadline, on_request)
        except ProviderError as error:
            _note(reading, Problem.PROVIDER, error.reason)
            reading.is_final = reading.is_final or error.is_final
            return True
        except RefusedRequestError as error:
            _note(reading, Problem.ANSWER, str(error))
            return False
        finally:
            prompt, completion = (reply.prompt_tokens, reply.completion_tokens) if reply else (0, 0)
            self.budget.settle(reserved, prompt + completion)
            reading.prompt_tokens += prompt
            reading.completion_tokens += completion
            if sent:
                await self.book.spend(sent, prompt, completion)
        if reply.content is None:
            _note(reading, Problem.ANSWER, "the model refused to answer")
            return False
        valid = read_answers(reply.content, chunk, is_cut_off=reply.is_cut_off)
        if valid:
            await self.book.keep(reading.session, valid)
            reading.answers.update(valid)
        if len(valid) < len(chunk):
            how = "was cut off" if reply.is_cut_off else "was not valid"
            _note(reading, Problem.ANSWER, f"the answer {how}")
        return bool(valid) and not reply.is_cut_off


def make_questions(session: SessionInput, model: str) -> list[Question]:
    """Return the questions about a session: what the client says, but never a back-channel."""
    return [
        make_question(model, utterance)
        for utterance in session.utterances
        if utterance.role == "client" and not is_backchannel(utterance.text)
    ]


def _note(reading: Reading, problem: Problem, reason: str) -> None:
    """Remember the gravest problem: a cap before the provider before the answer."""
    gravity = [None, Problem.ANSWER, Problem.PROVIDER, Problem.BUDGET]
    if gravity.index(problem) >= gravity.index(reading.problem):
        reading.problem, reading.reason = problem, reason
