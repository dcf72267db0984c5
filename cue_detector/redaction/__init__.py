"""Take out what identifies a person, before text leaves the machine and before any of it is stored.

Redact first, cut afterwards: a cut could leave half a number that no pattern knows (metric dictionary,
"Cues"). What is found becomes a placeholder such as [name] or [phone]; redacting twice changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cue_detector.domain import ContextLine, InputUtterance, SessionInput
from cue_detector.redaction.names import find_names, introduced_names
from cue_detector.redaction.patterns import Found, find_patterns

VERSION = "redaction-2"
"""Raise it when the rules or the names change; it is recorded with every detection."""

# Curly quotes and long dashes, each for one plain character, so that positions still fit.
_STRAIGHT = str.maketrans({0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"})
# What wins where two findings overlap: the more telling kind.
_RANK = {"email": 0, "link": 1, "id": 2, "address": 3, "phone": 4, "name": 5}


def find(text: str, also: frozenset[str] = frozenset()) -> list[Found]:
    """Return what must go, in order and without overlaps; `also` holds names known from the talk."""
    text = text.translate(_STRAIGHT)
    found = sorted(
        [*find_patterns(text), *find_names(text, also)],
        key=lambda f: (_RANK[f.kind], f.start - f.end, f.start),
    )
    kept: list[Found] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept)


def redact(text: str, also: frozenset[str] = frozenset()) -> str:
    """Return the text with every finding replaced by its placeholder; the same object without any."""
    found = find(text, also)
    if not found:
        return text
    pieces: list[str] = []
    end = 0
    for one in found:
        pieces += [text[end : one.start], f"[{one.kind}]"]
        end = one.end
    return "".join([*pieces, text[end:]])


def redact_session(session: SessionInput) -> SessionInput:
    """Return the session with every text redacted, its context lines too; one that is redacted as it is.

    A name that the talk presents once ("my wife Thandiwe") is known in all of that session.
    """
    if session.is_redacted:
        return session
    texts = {u.text for u in session.utterances} | {
        line.text for u in session.utterances for line in u.context
    }
    clean = _redact_all(texts)
    utterances = tuple(_redacted(each, clean) for each in session.utterances)
    return replace(session, utterances=utterances, is_redacted=True)


def _redacted(utterance: InputUtterance, clean: Mapping[str, str]) -> InputUtterance:
    lines = utterance.context
    if utterance.text == clean[utterance.text] and all(line.text == clean[line.text] for line in lines):
        return utterance
    context = tuple(ContextLine(line.speaker, clean[line.text]) for line in lines)
    return replace(utterance, text=clean[utterance.text], context=context)


def _redact_all(texts: Iterable[str]) -> dict[str, str]:
    ordered = sorted(texts)
    names = introduced_names(text.translate(_STRAIGHT) for text in ordered)
    return {text: redact(text, names) for text in ordered}
