"""The curated cue rules: a table (rules.csv) with one row per rule, and how a row is matched.

A row says: when one of the anchor words is in the utterance and the pattern matches, this cue is there,
unless the second pattern matches in the same sentence. Confidence is the measured probability that the label
is right (`python -m tools.training.calibrate_rules`), so it is never set by hand. `{adv}` stands for any run of
adverbs and fillers between two words. `hit` and `miss` are an example that the rule must and must not match.
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
"""What is read of one utterance: more than ten minutes of speech."""

_ADVERBS = (
    "(?:(?:just|really|definitely|probably|certainly|absolutely|also|totally|actually|honestly|still|"
    "kind of|kinda|sort of|so|very|pretty|quite|a little|a bit|even|now|always|maybe|simply|um|uh|like|only|"
    "more|all),? ){0,4}"
)
_SENTENCE_REACH = 400
_MAX_ATTEMPTS = 20
"""How many places a rule is tried at in one utterance."""
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
    """A rule that holds for an utterance, and where."""

    rule: Rule
    span: tuple[int, int]
    is_supported: bool = False
    """True when another rule found the same cue in the same utterance."""


def rules_file() -> Traversable:
    """Return the table as packaged."""
    return files("cue_detector.local").joinpath(RULES_FILE)


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return all rules in file order; raises ValueError for a row that is not valid."""
    lines = rules_file().read_text(encoding="utf-8").splitlines()
    return tuple(parse_rule(row) for row in csv.DictReader(lines))


def parse_rule(row: Mapping[str, str]) -> Rule:
    """Return a row of the table as a rule; raises ValueError when a field is missing or out of range."""
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
        raise ValueError(f"rule {rule.rule_id!r} is not complete")
    return rule


def find_matches(text: str) -> list[Match]:
    """Return the best match of each cue type in an utterance, in the order of CueType.

    Of several rules of one type the most confident wins, then the first in the table. Spans are positions in
    `text`.
    """
    by_type: dict[CueType, list[Match]] = {}
    for match in all_matches(text):
        by_type.setdefault(match.rule.cue_type, []).append(match)
    best = {cue_type: max(found, key=lambda m: m.rule.confidence) for cue_type, found in by_type.items()}
    return [
        replace(best[cue_type], is_supported=len(by_type[cue_type]) > 1)
        for cue_type in CueType
        if cue_type in best
    ]


def all_matches(text: str) -> list[Match]:
    """Return every rule that holds for an utterance, in the order of the table."""
    lower = lowered(text[:MAX_CHARACTERS])
    candidates = _candidates(lower)
    if not candidates:
        return []
    sentences = sentence_spans(lower)
    rules = load_rules()
    found = (_match(rules[position], lower, sentences) for position in candidates)
    return [match for match in found if match is not None]


def _match(rule: Rule, lower: str, sentences: Sequence[tuple[int, int]]) -> Match | None:
    for found in islice(rule.pattern.finditer(lower), _MAX_ATTEMPTS):
        if found.end() == found.start() or _is_quoted(rule, lower, found.start()):
            continue
        if rule.unless is None or not rule.unless.search(_around(lower, found, sentences)):
            start, end = _trimmed(lower, found.start(), found.end())
            return Match(rule, (start, end))
    return None


def _is_quoted(rule: Rule, lower: str, start: int) -> bool:
    """Tell whether the words are someone else's; a quoted thought of one's own may still be an insight."""
    if rule.cue_type is CueType.BREAKTHROUGH:
        return False
    return lower.count('"', 0, start) % 2 == 1 and '"' in lower[start:]


def _around(lower: str, found: re.Match[str], sentences: Sequence[tuple[int, int]]) -> str:
    """Return the sentence of a match, and of a sentence without end what is near it."""
    near = (max(0, found.start() - _SENTENCE_REACH), found.end() + _SENTENCE_REACH)
    inside = [(start, end) for start, end in sentences if start < found.end() and end > found.start()]
    start, end = (inside[0][0], inside[-1][1]) if inside else near
    return lower[max(start, near[0]) : min(end, near[1])]


def _trimmed(lower: str, start: int, end: int) -> tuple[int, int]:
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
