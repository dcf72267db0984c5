"""Cut a session into requests: by tokens, estimated without any download, and by number of utterances."""

import math
from collections.abc import Sequence

from cue_detector.llm.prompt import Question, messages, render

_BYTES_PER_TOKEN = 3.5
"""English has about 4.2 bytes a token; fewer here, so that the estimate errs on the dear side."""

_TOKENS_PER_REQUEST = 24
"""What roles, separators and the schema's name add to the messages."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is, rather too many than too few."""
    return math.ceil(len(text.encode()) / _BYTES_PER_TOKEN)


def estimate_prompt_tokens(questions: Sequence[Question]) -> int:
    """Return about how many prompt tokens a request with these questions has."""
    return _TOKENS_PER_REQUEST + sum(estimate_tokens(message["content"]) for message in messages(questions))


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
