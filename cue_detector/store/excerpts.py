"""Cut redacted text to what is kept: an excerpt around the words that matter, and what was said before.

Everything here takes text that is redacted already: redact first, cut afterwards (metric dictionary, "Cues").
"""

from collections.abc import Sequence

from cue_detector.domain import ContextLine

EXCERPT_CHARACTERS = 200
CONTEXT_CHARACTERS = 150
_CUT = "…"


def excerpt(text: str, span: tuple[int, int] | None, limit: int = EXCERPT_CHARACTERS) -> str:
    """Return at most `limit` characters of a text, around `span` where it is known, else from the start.

    Cuts between words, so that a placeholder such as [name] stays whole, and marks each cut with "…".
    """
    clean = text.strip()
    if len(clean) <= limit:
        return clean
    shift = len(text) - len(text.lstrip())
    start, end = (span[0] - shift, span[1] - shift) if span else (0, 0)
    room = limit - 2 * len(_CUT)
    # The span in the middle, moved back inside the text where it would stand over.
    first = max(0, min(start - (room - (end - start)) // 2, start, len(clean) - room))
    last = min(len(clean), first + room)
    first = _next_word(clean, first) if first else 0
    last = _word_end(clean, last) if last < len(clean) else last
    body = clean[first:last].strip() or clean[first : first + room]
    return f"{_CUT if first else ''}{body}{_CUT if last < len(clean) else ''}"


def context(lines: Sequence[ContextLine], limit: int = CONTEXT_CHARACTERS) -> str | None:
    """Return the lines said before, one a line as "speaker: words", each at most `limit` characters.

    Of a long one the end is kept: it stands next to the cue. None when nothing was said before.
    """
    return "\n".join(_context_line(line, limit) for line in lines) or None


def _context_line(line: ContextLine, limit: int) -> str:
    start = f"{line.speaker}: "
    words = " ".join(line.text.split())
    room = limit - len(start)
    if len(words) <= room:
        return start + words
    cut = len(words) - room + len(_CUT)
    return start + _CUT + words[min(_next_word(words, cut), len(words)) :]


def _next_word(text: str, position: int) -> int:
    """Return where the first whole word at or after a position starts; the position itself in a long one."""
    if text[position - 1].isspace():
        return position
    space = text.find(" ", position, position + 40)
    return space + 1 if space >= 0 else position


def _word_end(text: str, position: int) -> int:
    """Return where the last whole word before a position ends; the position itself in a long one."""
    if text[position : position + 1].isspace():
        return position
    space = text.rfind(" ", max(0, position - 40), position)
    return space if space >= 0 else position
