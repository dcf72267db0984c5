"""Redaction of personal data, before text is sent to a provider or stored.

Personal data is replaced by a placeholder such as [name] or [phone]. Redaction is idempotent. Text must be
redacted before it is cut: a cut could leave part of a number, which no pattern matches. See
docs/decisions/0018-redaction-of-personal-data.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cue_detector.domain import ContextLine, InputUtterance, SessionInput
from cue_detector.redaction.names import find_names, introduced_names
from cue_detector.redaction.patterns import Finding, find_patterns

VERSION = "redaction-2"
"""Increment when the rules or the names change; recorded with every detection."""

# Typographic quotes and dashes map to one ASCII character each, so that offsets remain valid.
_TO_ASCII = str.maketrans({0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-"})
# The kind with the lowest value wins where two findings overlap.
_PRECEDENCE = {"email": 0, "link": 1, "id": 2, "address": 3, "phone": 4, "name": 5}


def find_personal_data(text: str, known_names: frozenset[str] = frozenset()) -> list[Finding]:
    """Return the personal data of a text, ordered and without overlaps.

    `known_names` are names introduced elsewhere in the session.
    """
    text = text.translate(_TO_ASCII)
    findings = sorted(
        [*find_patterns(text), *find_names(text, known_names)],
        key=lambda f: (_PRECEDENCE[f.kind], f.start - f.end, f.start),
    )
    selected: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or finding.start >= other.end for other in selected):
            selected.append(finding)
    return sorted(selected)


def redact(text: str, known_names: frozenset[str] = frozenset()) -> str:
    """Replace every finding by its placeholder; returns the same object if there is none."""
    findings = find_personal_data(text, known_names)
    if not findings:
        return text
    pieces: list[str] = []
    end = 0
    for finding in findings:
        pieces += [text[end : finding.start], f"[{finding.kind}]"]
        end = finding.end
    return "".join([*pieces, text[end:]])


def redact_session(session: SessionInput) -> SessionInput:
    """Redact utterances and context lines of a session; returns a redacted session unchanged.

    A name that is introduced once ("my wife Thandiwe") is redacted in the whole session.
    """
    if session.is_redacted:
        return session
    texts = {u.text for u in session.utterances} | {
        line.text for u in session.utterances for line in u.context
    }
    redacted = _redact_all(texts)
    utterances = tuple(_replace_texts(utterance, redacted) for utterance in session.utterances)
    return replace(session, utterances=utterances, is_redacted=True)


def _replace_texts(utterance: InputUtterance, redacted: Mapping[str, str]) -> InputUtterance:
    lines = utterance.context
    if utterance.text == redacted[utterance.text] and all(line.text == redacted[line.text] for line in lines):
        return utterance
    context = tuple(ContextLine(line.speaker, redacted[line.text]) for line in lines)
    return replace(utterance, text=redacted[utterance.text], context=context)


def _redact_all(texts: Iterable[str]) -> dict[str, str]:
    ordered = sorted(texts)
    names = introduced_names(text.translate(_TO_ASCII) for text in ordered)
    return {text: redact(text, names) for text in ordered}
