"""Strict validation of language model responses: the response to a line is valid as a whole or discarded."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jiter

from cue_detector.domain import Cue, CueType
from cue_detector.llm.prompt import PromptItem
from cue_detector.redaction import redact
from cue_detector.text import lowered

MAX_INTERPRETATION_LENGTH = 300
"""Maximum stored length in characters."""


@dataclass(frozen=True, slots=True)
class ParsedCue:
    """A validated cue, with offsets instead of the quoted text."""

    cue_type: CueType
    confidence: float
    interpretation: str
    span: tuple[int, int] | None

    def as_json(self) -> dict[str, Any]:
        """Return the stored form."""
        span = list(self.span) if self.span else None
        return {
            "cue_type": self.cue_type.value,
            "confidence": self.confidence,
            "interpretation": self.interpretation,
            "span": span,
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "ParsedCue":
        """Restore a cue from its stored form."""
        span = stored["span"]
        return ParsedCue(
            CueType(stored["cue_type"]),
            float(stored["confidence"]),
            str(stored["interpretation"]),
            (span[0], span[1]) if span else None,
        )

    def cue(self, item: PromptItem) -> Cue:
        """Return the cue of the item's utterance."""
        return Cue(
            item.utterance.utterance_id, self.cue_type, self.confidence, self.interpretation, self.span
        )


ParsedCues = tuple[ParsedCue, ...]
"""The response for one utterance; empty if it has no cue."""


def parse_response(
    content: str, items: Sequence[PromptItem], *, is_truncated: bool = False
) -> dict[str, ParsedCues]:
    """Return the valid responses by item key; items with an invalid response are absent.

    Of a truncated response the complete lines are used.
    """
    lines = _lines(content, is_truncated)
    numbers = [line.get("n") for line in lines if isinstance(line, dict)]
    responses: dict[str, ParsedCues] = {}
    for line in lines:
        number = line.get("n") if isinstance(line, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        if not 1 <= number <= len(items) or numbers.count(number) > 1:
            continue
        item = items[number - 1]
        cues = _parse_line(line.get("cues"), item.utterance.text)
        if cues is not None:
            responses[item.key] = cues
    return responses


def _lines(content: str, is_truncated: bool) -> list[Any]:
    try:
        parsed = jiter.from_json(content.encode(), partial_mode=True) if is_truncated else json.loads(content)
    except (ValueError, RecursionError):
        return []
    lines = parsed.get("lines") if isinstance(parsed, dict) else None
    if not isinstance(lines, list):
        return []
    # The last line of a truncated response may parse and still be incomplete.
    return lines[:-1] if is_truncated else lines


def _parse_line(cues: object, text: str) -> ParsedCues | None:
    if not isinstance(cues, list):
        return None
    best: dict[CueType, ParsedCue] = {}
    for raw in cues:
        cue = _parse_cue(raw, text)
        if cue is None:
            return None
        if cue.cue_type not in best or best[cue.cue_type].confidence < cue.confidence:
            best[cue.cue_type] = cue
    return tuple(best.values())


def _parse_cue(raw: object, text: str) -> ParsedCue | None:
    if not isinstance(raw, dict):
        return None
    cue_type, confidence, interpretation = (raw.get(k) for k in ("cue_type", "confidence", "interpretation"))
    if not isinstance(cue_type, str) or cue_type not in set(CueType):
        return None
    if not isinstance(confidence, int | float) or isinstance(confidence, bool):
        return None
    if not math.isfinite(confidence) or not 0 <= confidence <= 1:
        return None
    if not isinstance(interpretation, str) or not interpretation.strip():
        return None
    return ParsedCue(
        CueType(cue_type), float(confidence), _sanitize(interpretation), _span(raw.get("quote"), text)
    )


def _sanitize(interpretation: str) -> str:
    """Return the interpretation as one redacted line; redacted before it is cut."""
    line = redact(" ".join(interpretation.replace("\x00", "").split()))
    if len(line) <= MAX_INTERPRETATION_LENGTH:
        return line
    return line[: MAX_INTERPRETATION_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _span(quote: object, text: str) -> tuple[int, int] | None:
    """Return the offsets of the quote, or None if the utterance does not contain it."""
    words = lowered(quote).strip(" .\"'") if isinstance(quote, str) else ""
    start = lowered(text).find(words) if words else -1
    return (start, start + len(words)) if start >= 0 else None
