import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cue_detector.domain import CueType, InputUtterance
from cue_detector.llm.prompt import PromptItem, make_prompt_item
from cue_detector.llm.responses import ParsedCue, parse_response

TEXTS = ["I will call her.", "I don't know, maybe.", "It won't work."]


def prompt_items(texts: list[str] = TEXTS) -> list[PromptItem]:
    return [
        make_prompt_item("m", InputUtterance(UUID(int=n + 1), "client", float(n), text, (), False))
        for n, text in enumerate(texts)
    ]


def cue(**changes: Any) -> dict[str, Any]:
    valid = {"cue_type": "doubt", "confidence": 0.8, "quote": "maybe", "interpretation": "Unsure."}
    return {**valid, **changes}


def response(*cues: dict[str, Any], n: int = 2) -> str:
    return json.dumps({"lines": [{"n": n, "cues": list(cues)}]})


def test_parse_response__accepts_every_valid_line() -> None:
    items = prompt_items()
    content = json.dumps({"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": [cue()]}, {"n": 3, "cues": []}]})
    assert parse_response(content, items) == {
        items[0].key: (),
        items[1].key: (ParsedCue(CueType.DOUBT, 0.8, "Unsure.", (14, 19)),),
        items[2].key: (),
    }


@pytest.mark.parametrize(
    "invalid",
    [
        cue(confidence=1.01),
        cue(confidence=-0.01),
        cue(confidence="0.8"),
        cue(confidence=True),
        cue(confidence=None),
        cue(confidence=float("nan")),
        cue(confidence=float("inf")),
        cue(cue_type="anger"),
        cue(cue_type=None),
        cue(cue_type=["doubt"]),
        cue(interpretation=""),
        cue(interpretation=None),
        {},
        "doubt",
        None,
    ],
)
def test_parse_response__discards_only_the_line_of_an_invalid_cue(invalid: Any) -> None:
    items = prompt_items()
    content = json.dumps(
        {"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": [cue(), invalid]}, {"n": 3, "cues": []}]}
    )
    assert set(parse_response(content, items)) == {items[0].key, items[2].key}


@pytest.mark.parametrize("confidence", [0, 0.0, 1, 1.0])
def test_parse_response__accepts_confidence_at_the_bounds(confidence: float) -> None:
    (cues,) = parse_response(response(cue(confidence=confidence)), prompt_items()).values()
    assert cues[0].confidence == confidence


@pytest.mark.parametrize("n", [0, 4, -1, "2", 2.0, True, None])
def test_parse_response__ignores_unknown_line_numbers(n: Any) -> None:
    assert parse_response(response(cue(), n=n), prompt_items()) == {}


def test_parse_response__discards_duplicate_line_numbers() -> None:
    content = json.dumps({"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": []}, {"n": 2, "cues": [cue()]}]})
    items = prompt_items()
    assert set(parse_response(content, items)) == {items[0].key}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "{}",
        "Sure!",
        '{"lines": {}}',
        '{"lines": [1, null, "x"]}',
        '{"lines": [{"n": 1}]}',
        "[" * 99_999,
    ],
)
def test_parse_response__returns_nothing_for_malformed_content(content: str) -> None:
    assert parse_response(content, prompt_items()) == {}


def test_parse_response__keeps_the_complete_lines_of_truncated_content() -> None:
    items = prompt_items()
    whole = json.dumps({"lines": [{"n": n, "cues": [cue()]} for n in (1, 2, 3)]})
    for length in range(len(whole)):
        keys = list(parse_response(whole[:length], items, is_truncated=True))
        assert keys == [item.key for item in items[: len(keys)]]
        assert len(keys) < 3
    assert len(parse_response(whole[: len(whole) - 20], items, is_truncated=True)) == 2


def test_parse_response__keeps_the_most_confident_cue_of_a_type() -> None:
    (cues,) = parse_response(response(cue(confidence=0.6), cue(confidence=0.9)), prompt_items()).values()
    assert [found.confidence for found in cues] == [0.9]


def test_parse_response__has_no_span_for_an_unknown_quote() -> None:
    (cues,) = parse_response(response(cue(quote="never said")), prompt_items()).values()
    assert cues[0].span is None


def test_parse_response__redacts_the_interpretation_before_cutting_it() -> None:
    long = f"{'Worries. ' * 32}Call Jennifer on 555-867-5309."
    (cues,) = parse_response(response(cue(interpretation=long)), prompt_items()).values()
    assert len(cues[0].interpretation) <= 300
    (cues,) = parse_response(
        response(cue(interpretation="Jennifer\nsays\x00 555-867-5309.")), prompt_items()
    ).values()
    assert cues[0].interpretation == "[name] says [phone]."


def test_parsed_cue__json_round_trip() -> None:
    for span in (None, (3, 9)):
        parsed = ParsedCue(CueType.GOAL_SETTING, 0.75, "Names a date.", span)
        assert ParsedCue.from_json(json.loads(json.dumps(parsed.as_json()))) == parsed


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["lines", "n", "cues", "cue_type", "confidence", "quote", "interpretation"]),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_parse_response__never_raises(anything: Any) -> None:
    items = prompt_items()
    for is_truncated in (False, True):
        for cues in parse_response(json.dumps(anything), items, is_truncated=is_truncated).values():
            assert all(0 <= found.confidence <= 1 for found in cues)
