import csv
import re

import pytest

from cue_detector.domain import CueType
from cue_detector.local.rules import (
    MAX_CHARACTERS,
    Rule,
    all_matches,
    find_matches,
    load_rules,
    parse_rule,
    rules_file,
)

RULES = load_rules()


def _ids(text: str) -> set[str]:
    return {match.rule.rule_id for match in all_matches(text)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_rule__matches_its_example_and_not_its_counterexample(rule: Rule) -> None:
    assert rule.rule_id in _ids(rule.hit)
    assert rule.rule_id not in _ids(rule.miss)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_rule__has_a_confidence_and_a_single_sentence(rule: Rule) -> None:
    assert 0 < rule.confidence < 1
    assert re.fullmatch(r"The [^.!?\"]+\.", rule.interpretation)
    assert len(rule.interpretation) <= 120


def test_rules__have_unique_ids() -> None:
    ids = [rule.rule_id for rule in RULES]
    assert len(ids) == len(set(ids))


def test_rules__cover_all_cue_types() -> None:
    assert {rule.cue_type for rule in RULES} == set(CueType)


def test_rules__never_quote_an_utterance() -> None:
    quoted = [rule.rule_id for rule in RULES if rule.hit.lower().rstrip(".") in rule.interpretation.lower()]
    assert quoted == []


def test_rules_file__has_one_line_per_rule() -> None:
    lines = rules_file().read_text(encoding="utf-8").splitlines()
    assert len(list(csv.reader(lines))) == len(lines) == len(RULES) + 1


@pytest.mark.parametrize(
    ("field", "value"), [("confidence", "1.5"), ("anchors", ""), ("rule_id", ""), ("cue_type", "joy")]
)
def test_parse_rule__rejects_an_invalid_row(field: str, value: str) -> None:
    row = next(csv.DictReader(rules_file().read_text(encoding="utf-8").splitlines()))
    assert parse_rule(row).rule_id == RULES[0].rule_id
    with pytest.raises(ValueError, match=r"."):
        parse_rule({**row, field: value})


def test_find_matches__returns_the_most_confident_rule_of_each_type() -> None:
    matches = find_matches("I promise. I'll call them. I'm worried, and I don't know if I can do that.")
    types = [match.rule.cue_type for match in matches]
    assert types == [cue_type for cue_type in CueType if cue_type in types]
    assert {CueType.COMMITMENT, CueType.CONCERN, CueType.DOUBT} <= set(types)
    best = max(r.confidence for r in RULES if r.rule_id in {"commit_promise", "commit_will"})
    assert matches[types.index(CueType.COMMITMENT)].rule.confidence == best


def test_find_matches__reports_support_by_another_rule() -> None:
    matches = find_matches("I promise. I'll call them. I'm worried about it.")
    support = {match.rule.cue_type: match.is_supported for match in matches}
    assert support == {CueType.COMMITMENT: True, CueType.CONCERN: False}


def test_all_matches__ignores_quoted_speech() -> None:
    assert _ids("I'm going to talk to my manager this week.") == {"commit_going_to"}
    assert _ids('My brother goes, "I\'m going to talk to my manager," every week.') == set()


def test_all_matches__accepts_typographic_apostrophes() -> None:
    assert "resist_cant" in _ids("I just can\u2019t change like that.")


def test_all_matches__ignores_text_beyond_the_maximum_length() -> None:
    assert _ids("x " * MAX_CHARACTERS + "I promise to come.") == set()


@pytest.mark.parametrize(
    "text",
    ["I'm worried about my sleep.", "\U0001f600 Well\u2026 I\u2019m worried!", "\u0130 mean, I'm so worried"],
)
def test_find_matches__spans_contain_the_matched_words(text: str) -> None:
    spans = {text[slice(*match.span)] for match in find_matches(text)}
    assert "worried" in spans
