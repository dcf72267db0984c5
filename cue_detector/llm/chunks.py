"""Splits a session into requests by estimated tokens and number of utterances; needs no tokenizer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cue_detector.llm.prompt import PromptItem, messages, render, system_prompt

_BYTES_PER_TOKEN = 3.5
"""English averages 4.2 bytes per token; the lower value deliberately overestimates."""

_PROMPT_OVERHEAD_TOKENS = 24
"""Tokens added by roles, separators and the schema name."""

_COMPLETION_OVERHEAD_TOKENS = 100
"""Completion tokens that belong to no utterance."""


@dataclass(frozen=True, slots=True)
class LabellingRequest:
    """A request to label prompt items, with its estimated size."""

    items: Sequence[PromptItem]
    messages: list[dict[str, str]]
    prompt_tokens: int
    max_completion_tokens: int

    @property
    def max_tokens(self) -> int:
        """Estimated maximum of prompt and completion tokens."""
        return self.prompt_tokens + self.max_completion_tokens


def build_request(items: Sequence[PromptItem], completion_tokens_per_item: int) -> LabellingRequest:
    """Build the request for these items."""
    request_messages = messages(items)
    return LabellingRequest(
        items=items,
        messages=request_messages,
        prompt_tokens=_PROMPT_OVERHEAD_TOKENS
        + _system_prompt_tokens()
        + estimate_tokens(request_messages[1]["content"]),
        max_completion_tokens=_COMPLETION_OVERHEAD_TOKENS + len(items) * completion_tokens_per_item,
    )


def estimate_tokens(text: str) -> int:
    """Return an upper estimate of the number of tokens."""
    return math.ceil(len(text.encode()) / _BYTES_PER_TOKEN)


def split(items: Sequence[PromptItem], max_tokens: int, max_utterances: int) -> list[list[PromptItem]]:
    """Split items, in order, into the smallest number of chunks of similar size.

    A chunk starts with the context of its first utterance, so adjacent chunks overlap in context. An
    utterance that exceeds `max_tokens` is a chunk of its own.
    """
    sizes = [estimate_tokens(render([item])) for item in items]
    count = max(math.ceil(len(items) / max_utterances), math.ceil(sum(sizes) / max_tokens), 1)
    target = sum(sizes) / count
    chunks: list[list[PromptItem]] = []
    used = 0
    for item, size in zip(items, sizes, strict=True):
        is_full = chunks and (len(chunks[-1]) >= max_utterances or used + size > max_tokens or used >= target)
        if is_full or not chunks:
            chunks.append([])
            used = 0
        chunks[-1].append(item)
        used += size
    return chunks


@cache
def _system_prompt_tokens() -> int:
    return estimate_tokens(system_prompt())
