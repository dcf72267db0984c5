"""Trust nothing that a language model sends: each line's answer is checked, and is right or absent."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jiter

from cue_detector.domain import Cue, CueType
from cue_detector.llm.prompt import Question
from cue_detector.redaction import redact
from cue_detector.text import lowered

MAX_INTERPRETATION = 300
"""Longest interpretation that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class ParsedCue:
    """A cue that was found valid; holds positions instead of words."""

    cue_type: CueType
    confidence: float
    interpretation: str
    span: tuple[int, int] | None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        span = list(self.span) if self.span else None
        return {
            "cue_type": self.cue_type.value,
            "confidence": self.confidence,
            "interpretation": self.interpretation,
            "span": span,
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "ParsedCue":
        """Return a kept one."""
        span = kept["span"]
        return ParsedCue(
            CueType(kept["cue_type"]),
            float(kept["confidence"]),
            str(kept["interpretation"]),
            (span[0], span[1]) if span else None,
        )

    def cue(self, question: Question) -> Cue:
        """Return it as the cue of an utterance."""
        return Cue(
            question.utterance.utterance_id, self.cue_type, self.confidence, self.interpretation, self.span
        )


Answer = tuple[ParsedCue, ...]


def parse_response(
    content: str, questions: Sequence[Question], *, is_cut_off: bool = False
) -> dict[str, Answer]:
    """Return the valid answers by the key of their question; whatever is wrong in any way is missing.

    `is_cut_off` reads what is complete of an answer that ran out of room.
    """
    lines = _lines(content, is_cut_off)
    numbers = [line.get("n") for line in lines if isinstance(line, dict)]
    answers: dict[str, Answer] = {}
    for line in lines:
        number = line.get("n") if isinstance(line, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        if not 1 <= number <= len(questions) or numbers.count(number) > 1:
            continue
        question = questions[number - 1]
        answer = _read_line(line.get("cues"), question.utterance.text)
        if answer is not None:
            answers[question.key] = answer
    return answers


def _lines(content: str, is_cut_off: bool) -> list[Any]:
    try:
        parsed = jiter.from_json(content.encode(), partial_mode=True) if is_cut_off else json.loads(content)
    except (ValueError, RecursionError):
        return []
    lines = parsed.get("lines") if isinstance(parsed, dict) else None
    if not isinstance(lines, list):
        return []
    # The last line of an answer that was cut off may look complete and not be.
    return lines[:-1] if is_cut_off else lines


def _read_line(cues: object, text: str) -> Answer | None:
    if not isinstance(cues, list):
        return None
    best: dict[CueType, ParsedCue] = {}
    for given in cues:
        cue = _read_cue(given, text)
        if cue is None:
            return None
        if cue.cue_type not in best or best[cue.cue_type].confidence < cue.confidence:
            best[cue.cue_type] = cue
    return tuple(best.values())


def _read_cue(given: object, text: str) -> ParsedCue | None:
    if not isinstance(given, dict):
        return None
    cue_type, confidence, interpretation = (
        given.get(k) for k in ("cue_type", "confidence", "interpretation")
    )
    if not isinstance(cue_type, str) or cue_type not in set(CueType):
        return None
    if not isinstance(confidence, int | float) or isinstance(confidence, bool):
        return None
    if not math.isfinite(confidence) or not 0 <= confidence <= 1:
        return None
    if not isinstance(interpretation, str) or not interpretation.strip():
        return None
    return ParsedCue(
        CueType(cue_type), float(confidence), _plain(interpretation), _span(given.get("quote"), text)
    )


def _plain(interpretation: str) -> str:
    """Return it as one redacted line; redacted first, cut afterwards."""
    line = redact(" ".join(interpretation.replace("\x00", "").split()))
    return line if len(line) <= MAX_INTERPRETATION else line[: MAX_INTERPRETATION - 1].rsplit(" ", 1)[0] + "…"


def _span(quote: object, text: str) -> tuple[int, int] | None:
    """Return where the quoted words stand; none when they were not said."""
    words = lowered(quote).strip(" .\"'") if isinstance(quote, str) else ""
    start = lowered(text).find(words) if words else -1
    return (start, start + len(words)) if start >= 0 else None
