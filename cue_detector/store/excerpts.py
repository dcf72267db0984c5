"""Excerpts and context of cues, cut to their maximum stored length.

The input must be redacted already: a cut before redaction could leave part of a number, which no pattern
matches.
"""

from collections.abc import Sequence

from cue_detector.domain import ContextLine

MAX_EXCERPT_LENGTH = 200
MAX_CONTEXT_LINE_LENGTH = 150
_ELLIPSIS = "…"


def excerpt(text: str, span: tuple[int, int] | None, max_length: int = MAX_EXCERPT_LENGTH) -> str:
    """Return at most `max_length` characters of a text, around `span` if given, else from the start.

    Cuts between words, so that a placeholder such as [name] stays whole, and marks each cut with "…".
    """
    clean = text.strip()
    if len(clean) <= max_length:
        return clean
    shift = len(text) - len(text.lstrip())
    start, end = (span[0] - shift, span[1] - shift) if span else (0, 0)
    available = max_length - 2 * len(_ELLIPSIS)
    # Centre the span, but stay within the text.
    first = max(0, min(start - (available - (end - start)) // 2, start, len(clean) - available))
    last = min(len(clean), first + available)
    first = _next_word(clean, first) if first else 0
    last = _word_end(clean, last) if last < len(clean) else last
    body = clean[first:last].strip() or clean[first : first + available]
    return f"{_ELLIPSIS if first else ''}{body}{_ELLIPSIS if last < len(clean) else ''}"


def context(lines: Sequence[ContextLine], max_line_length: int = MAX_CONTEXT_LINE_LENGTH) -> str | None:
    """Return the preceding utterances as lines "speaker: text" of at most `max_line_length` characters.

    A long utterance keeps its end, which is closest to the cue. None without preceding utterances.
    """
    return "\n".join(_context_line(line, max_line_length) for line in lines) or None


def _context_line(line: ContextLine, max_length: int) -> str:
    prefix = f"{line.speaker}: "
    text = " ".join(line.text.split())
    available = max_length - len(prefix)
    if len(text) <= available:
        return prefix + text
    cut = len(text) - available + len(_ELLIPSIS)
    return prefix + _ELLIPSIS + text[min(_next_word(text, cut), len(text)) :]


def _next_word(text: str, position: int) -> int:
    """Return the start of the first whole word at or after a position, or the position within a long word."""
    if text[position - 1].isspace():
        return position
    space = text.find(" ", position, position + 40)
    return space + 1 if space >= 0 else position


def _word_end(text: str, position: int) -> int:
    """Return the end of the last whole word before a position, or the position within a long word."""
    if text[position : position + 1].isspace():
        return position
    space = text.rfind(" ", max(0, position - 40), position)
    return space if space >= 0 else position
