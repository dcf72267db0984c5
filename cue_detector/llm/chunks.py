"""Cut a session into requests: by tokens, estimated without any download, and by number of utterances."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cue_detector.llm.prompt import Question, messages, render, system_prompt

_BYTES_PER_TOKEN = 3.5
"""English has about 4.2 bytes a token; fewer here, so that the estimate errs on the dear side."""

_TOKENS_PER_REQUEST = 24
"""What roles, separators and the schema's name add to the messages."""

_ROOM_PER_REQUEST = 100
"""Tokens of an answer that are no utterance's."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent about some questions, made once."""

    questions: Sequence[Question]
    messages: list[dict[str, str]]
    prompt_tokens: int
    """About how many it has."""
    output_room: int
    """The most tokens that its answer may have."""

    @property
    def tokens(self) -> int:
        """Return the most tokens that it may cost, about."""
        return self.prompt_tokens + self.output_room


def make_request(questions: Sequence[Question], room_per_utterance: int) -> Request:
    """Return the request about these questions; `room_per_utterance` in tokens of the answer."""
    both = messages(questions)
    said = estimate_tokens(both[1]["content"])
    return Request(
        questions=questions,
        messages=both,
        prompt_tokens=_TOKENS_PER_REQUEST + _system_tokens() + said,
        output_room=_ROOM_PER_REQUEST + len(questions) * room_per_utterance,
    )


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is, rather too many than too few."""
    return math.ceil(len(text.encode()) / _BYTES_PER_TOKEN)


def split(questions: Sequence[Question], max_tokens: int, max_utterances: int) -> list[list[Question]]:
    """Return the questions in as few chunks of like size as the limits allow, in order.

    A chunk begins with its first utterance's own context, so that neighbouring chunks overlap. An utterance
    longer than the limit is a chunk of its own.
    """
    sizes = [estimate_tokens(render([question])) for question in questions]
    needed = max(math.ceil(len(questions) / max_utterances), math.ceil(sum(sizes) / max_tokens), 1)
    target = sum(sizes) / needed
    chunks: list[list[Question]] = []
    used = 0
    for question, size in zip(questions, sizes, strict=True):
        is_full = chunks and (len(chunks[-1]) >= max_utterances or used + size > max_tokens or used >= target)
        if is_full or not chunks:
            chunks.append([])
            used = 0
        chunks[-1].append(question)
        used += size
    return chunks


@cache
def _system_tokens() -> int:
    return estimate_tokens(system_prompt())
