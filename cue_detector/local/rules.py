"""Cue rules (rules.csv, one row per rule) and their matching.

A rule matches if the utterance contains one of its anchor words and its pattern, unless the pattern `unless`
matches in the same sentence. `confidence` is the measured probability that the label is correct, written by
`python -m tools.training.calibrate_rules`; do not edit it. The placeholder `{adv}` expands to any sequence of
adverbs and fillers. `hit` and `miss` are examples that the rule must and must not match.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice

from cue_detector.domain import CueType
from cue_detector.text import lowered, sentence_spans

RULES_FILE = "rules.csv"
MAX_CHARACTERS = 10_000
"""Longer utterances are truncated; more than ten minutes of speech."""

_ADVERBS = (
    "(?:(?:just|really|definitely|probably|certainly|absolutely|also|totally|actually|honestly|still|"
    "kind of|kinda|sort of|so|very|pretty|quite|a little|a bit|even|now|always|maybe|simply|um|uh|like|only|"
    "more|all),? ){0,4}"
)
_MAX_SENTENCE_CONTEXT = 400
"""Characters around a match that `unless` is applied to, in a sentence without an end."""
_MAX_CANDIDATES = 20
"""Maximum pattern matches of a rule that are checked in one utterance."""
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    rule_id: str
    cue_type: CueType
    anchors: frozenset[str]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    interpretation: str
    hit: str
    miss: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matches an utterance."""

    rule: Rule
    span: tuple[int, int]
    is_supported: bool = False
    """True when another rule found the same cue type in the same utterance."""


def rules_file() -> Traversable:
    """Return the packaged table."""
    return files("cue_detector.local").joinpath(RULES_FILE)


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return all rules in file order; raises ValueError for an invalid row."""
    lines = rules_file().read_text(encoding="utf-8").splitlines()
    return tuple(parse_rule(row) for row in csv.DictReader(lines))


def parse_rule(row: Mapping[str, str]) -> Rule:
    """Parse a row of the table; raises ValueError if a field is missing or out of range."""
    rule = Rule(
        rule_id=row["rule_id"],
        cue_type=CueType(row["cue_type"]),
        anchors=frozenset(row["anchors"].split()),
        pattern=_compiled(row["pattern"]),
        unless=_compiled(row["unless"]) if row["unless"] else None,
        interpretation=row["interpretation"],
        hit=row["hit"],
        miss=row["miss"],
        confidence=float(row["confidence"]),
    )
    if not (rule.rule_id and rule.anchors and rule.interpretation and 0 <= rule.confidence <= 1):
        raise ValueError(f"rule {rule.rule_id!r} has a missing field or a confidence outside 0-1")
    return rule


def find_matches(text: str) -> list[Match]:
    """Return the best match of each cue type in an utterance, in the order of CueType.

    The rule with the highest confidence wins, then the first in the table. Spans are offsets in `text`.
    """
    by_type: dict[CueType, list[Match]] = {}
    for match in all_matches(text):
        by_type.setdefault(match.rule.cue_type, []).append(match)
    best = {cue_type: max(matches, key=lambda m: m.rule.confidence) for cue_type, matches in by_type.items()}
    return [
        replace(best[cue_type], is_supported=len(by_type[cue_type]) > 1)
        for cue_type in CueType
        if cue_type in best
    ]


def all_matches(text: str) -> list[Match]:
    """Return every matching rule of an utterance, in the order of the table."""
    lower = lowered(text[:MAX_CHARACTERS])
    candidates = _candidates(lower)
    if not candidates:
        return []
    sentences = sentence_spans(lower)
    rules = load_rules()
    matches = (_match(rules[position], lower, sentences) for position in candidates)
    return [match for match in matches if match is not None]


def _match(rule: Rule, lower: str, sentences: Sequence[tuple[int, int]]) -> Match | None:
    for found in islice(rule.pattern.finditer(lower), _MAX_CANDIDATES):
        if found.end() == found.start() or _is_quoted(rule, lower, found.start()):
            continue
        if rule.unless is None or not rule.unless.search(_sentence_context(lower, found, sentences)):
            start, end = _trim(lower, found.start(), found.end())
            return Match(rule, (start, end))
    return None


def _is_quoted(rule: Rule, lower: str, start: int) -> bool:
    """Return whether the match is within quotation marks; a breakthrough may be a quoted own thought."""
    if rule.cue_type is CueType.BREAKTHROUGH:
        return False
    return lower.count('"', 0, start) % 2 == 1 and '"' in lower[start:]


def _sentence_context(lower: str, found: re.Match[str], sentences: Sequence[tuple[int, int]]) -> str:
    """Return the sentence of a match, limited to the text near the match."""
    window = (max(0, found.start() - _MAX_SENTENCE_CONTEXT), found.end() + _MAX_SENTENCE_CONTEXT)
    inside = [(start, end) for start, end in sentences if start < found.end() and end > found.start()]
    start, end = (inside[0][0], inside[-1][1]) if inside else window
    return lower[max(start, window[0]) : min(end, window[1])]


def _trim(lower: str, start: int, end: int) -> tuple[int, int]:
    while start < end - 1 and not lower[start].isalnum():
        start += 1
    while end > start + 1 and lower[end - 1].isspace():
        end -= 1
    return start, end


def _candidates(lower: str) -> list[int]:
    index = _anchor_index()
    positions: set[int] = set()
    for word in set(_WORD.findall(lower)):
        positions.update(index.get(word, ()))
    return sorted(positions)


@cache
def _anchor_index() -> dict[str, tuple[int, ...]]:
    index: dict[str, list[int]] = {}
    for position, rule in enumerate(load_rules()):
        for word in rule.anchors:
            index.setdefault(word, []).append(position)
    return {word: tuple(positions) for word, positions in index.items()}


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{adv}", _ADVERBS))
