"""Prompt and response schema of the language model.

Every request starts with the same system prompt, so that the provider's prefix cache applies. The prompt
version is a hash of the prompt file, the response schema and the item format, so that any change to them
changes the version.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cue_detector.domain import ContextLine, CueType, InputUtterance

_PROMPT_FILE = Path(__file__).with_name("prompt_cues.md")
_ITEM_FORMAT = "1"
"""Increment when the output of `render` changes."""

_MAX_CONTEXT_LENGTH = 600
"""A longer context line is cut to its last characters, which are closest to the line to label."""

_SPACE = re.compile(r"\s+")

RESPONSE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer"},
                    "cues": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "cue_type": {
                                    "type": "string",
                                    "enum": [cue_type.value for cue_type in CueType],
                                },
                                "confidence": {"type": "number"},
                                "quote": {"type": "string"},
                                "interpretation": {"type": "string"},
                            },
                            "required": ["cue_type", "confidence", "quote", "interpretation"],
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["n", "cues"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["lines"],
    "additionalProperties": False,
}


@cache
def system_prompt() -> str:
    """Return the system prompt."""
    return _PROMPT_FILE.read_text(encoding="utf-8").strip()


@cache
def prompt_version() -> str:
    """Return the version of prompt, schema and item format: `cues-` and eight hexadecimal digits."""
    parts = [
        system_prompt(),
        json.dumps(RESPONSE_SCHEMA, sort_keys=True),
        _ITEM_FORMAT,
        str(_MAX_CONTEXT_LENGTH),
    ]
    return f"cues-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class PromptItem:
    """A redacted client utterance to label."""

    utterance: InputUtterance
    key: str
    """Cache key: hash of everything that the response may depend on."""


def make_prompt_item(model: str, utterance: InputUtterance) -> PromptItem:
    """Return the prompt item of an utterance, with its cache key."""
    content = [
        model,
        prompt_version(),
        utterance.text,
        [[line.speaker, line.text] for line in utterance.context],
    ]
    return PromptItem(utterance, hashlib.sha256(json.dumps(content).encode()).hexdigest())


def render(items: Sequence[PromptItem]) -> str:
    """Return the user message for these items, numbered from 1 in order.

    Every utterance is one line, so that its text cannot inject a line. Context that the preceding lines show
    already is not repeated; a line with dots marks an omission.
    """
    shown: list[tuple[str, str]] = []
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        context = [_context_line(line) for line in item.utterance.context]
        overlap = next(n for n in range(len(context), -1, -1) if n == 0 or shown[-n:] == context[:n])
        if shown and not overlap:
            lines.append("...")
        lines += [f"{speaker}: {text}" for speaker, text in context[overlap:]]
        text = _one_line(item.utterance.text)
        lines.append(f"#{number} client: {text}")
        shown = [*shown, *context[overlap:], ("client", text[-_MAX_CONTEXT_LENGTH:])][-4:]
    transcript = "\n".join(lines)
    return f"Transcript:\n{transcript}\n\nJudge the lines #1 to #{len(items)}."


def messages(items: Sequence[PromptItem]) -> list[dict[str, str]]:
    """Return the messages of a request: system prompt and transcript lines."""
    return [{"role": "system", "content": system_prompt()}, {"role": "user", "content": render(items)}]


def _context_line(line: ContextLine) -> tuple[str, str]:
    return line.speaker, _one_line(line.text)[-_MAX_CONTEXT_LENGTH:]


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
