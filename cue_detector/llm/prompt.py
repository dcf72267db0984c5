"""What the language model is told and in which form it answers.

The fixed prompt stands first in every request, word for word, so that a provider's prefix cache hits. It
is one file; the version follows from that file, the answer's schema and the form of the question, so that a
changed prompt can never go by an old version's name.
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
_QUESTION_FORM = "1"
"""Raise it when the way in which `question` writes the lines changes."""

_CONTEXT_CHARACTERS = 600
"""What was said before is shown up to this length, its end: the words next to the line that is judged."""

_SPACE = re.compile(r"\s+")

ANSWER_SCHEMA: dict[str, Any] = {
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
    """Return the fixed prompt, the same in every request."""
    return _PROMPT_FILE.read_text(encoding="utf-8").strip()


@cache
def prompt_version() -> str:
    """Return the version of prompt, schema and question form: `cues-` and eight hexadecimal digits."""
    parts = [
        system_prompt(),
        json.dumps(ANSWER_SCHEMA, sort_keys=True),
        _QUESTION_FORM,
        str(_CONTEXT_CHARACTERS),
    ]
    return f"cues-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Question:
    """A client utterance to be judged, redacted."""

    utterance: InputUtterance
    key: str
    """Hash of everything that the answer may depend on."""


def make_question(model: str, utterance: InputUtterance) -> Question:
    """Return the question about an utterance, with the key under which its answer is kept."""
    content = [
        model,
        prompt_version(),
        utterance.text,
        [[line.speaker, line.text] for line in utterance.context],
    ]
    return Question(utterance, hashlib.sha256(json.dumps(content).encode()).hexdigest())


def render(questions: Sequence[Question]) -> str:
    """Return the message that asks about the questions, numbered from 1 in order.

    Every utterance is one line, so that nothing said can pass for a line of its own. Context that the line
    above has just shown is not repeated; where something between is left out, a line with dots says so.
    """
    shown: list[tuple[str, str]] = []
    lines: list[str] = []
    for number, question in enumerate(questions, 1):
        context = [_context_line(line) for line in question.utterance.context]
        overlap = next(n for n in range(len(context), -1, -1) if n == 0 or shown[-n:] == context[:n])
        if shown and not overlap:
            lines.append("...")
        lines += [f"{speaker}: {text}" for speaker, text in context[overlap:]]
        text = _one_line(question.utterance.text)
        lines.append(f"#{number} client: {text}")
        shown = [*shown, *context[overlap:], ("client", text[-_CONTEXT_CHARACTERS:])][-4:]
    transcript = "\n".join(lines)
    return f"Transcript:\n{transcript}\n\nJudge the lines #1 to #{len(questions)}."


def messages(questions: Sequence[Question]) -> list[dict[str, str]]:
    """Return the two messages of a request: the fixed prompt, then the lines."""
    return [{"role": "system", "content": system_prompt()}, {"role": "user", "content": render(questions)}]


def _context_line(line: ContextLine) -> tuple[str, str]:
    return line.speaker, _one_line(line.text)[-_CONTEXT_CHARACTERS:]


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
