"""What a language model may send back, and what of it is believed."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cue_detector.domain import CueType, InputUtterance
from cue_detector.llm.prompt import Question, make_question
from cue_detector.llm.responses import ParsedCue, parse_response

TEXTS = ["I will call her.", "I don't know, maybe.", "It won't work."]


def questions(texts: list[str] = TEXTS) -> list[Question]:
    return [
        make_question("m", InputUtterance(UUID(int=n + 1), "client", float(n), text, (), False))
        for n, text in enumerate(texts)
    ]


def cue(**changes: Any) -> dict[str, Any]:
    good = {"cue_type": "doubt", "confidence": 0.8, "quote": "maybe", "interpretation": "Unsure."}
    return {**good, **changes}


def lines(*cues: dict[str, Any], n: int = 2) -> str:
    return json.dumps({"lines": [{"n": n, "cues": list(cues)}]})


def test_read_answers__takes_every_valid_line() -> None:
    asked = questions()
    content = json.dumps({"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": [cue()]}, {"n": 3, "cues": []}]})
    answers = parse_response(content, asked)
    assert answers == {
        asked[0].key: (),
        asked[1].key: (ParsedCue(CueType.DOUBT, 0.8, "Unsure.", (14, 19)),),
        asked[2].key: (),
    }


@pytest.mark.parametrize(
    "wrong",
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
def test_read_answers__a_wrong_cue_spoils_its_line_only(wrong: Any) -> None:
    asked = questions()
    content = json.dumps(
        {"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": [cue(), wrong]}, {"n": 3, "cues": []}]}
    )
    assert set(parse_response(content, asked)) == {asked[0].key, asked[2].key}


@pytest.mark.parametrize("confidence", [0, 0.0, 1, 1.0])
def test_read_answers__confidence_at_the_bounds(confidence: float) -> None:
    (answer,) = parse_response(lines(cue(confidence=confidence)), questions()).values()
    assert answer[0].confidence == confidence


@pytest.mark.parametrize("n", [0, 4, -1, "2", 2.0, True, None])
def test_read_answers__unknown_numbers_are_nobodys(n: Any) -> None:
    assert parse_response(lines(cue(), n=n), questions()) == {}


def test_read_answers__a_number_given_twice_is_not_believed() -> None:
    content = json.dumps({"lines": [{"n": 1, "cues": []}, {"n": 2, "cues": []}, {"n": 2, "cues": [cue()]}]})
    asked = questions()
    assert set(parse_response(content, asked)) == {asked[0].key}


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
def test_read_answers__malformed_answers_nothing(content: str) -> None:
    assert parse_response(content, questions()) == {}


def test_read_answers__cut_off_keeps_the_complete_lines() -> None:
    asked = questions()
    whole = json.dumps({"lines": [{"n": n, "cues": [cue()]} for n in (1, 2, 3)]})
    for length in range(len(whole)):
        keys = list(parse_response(whole[:length], asked, is_cut_off=True))
        assert keys == [question.key for question in asked[: len(keys)]]
        assert len(keys) < 3
    assert len(parse_response(whole[: len(whole) - 20], asked, is_cut_off=True)) == 2


def test_read_answers__one_type_twice_keeps_the_surer() -> None:
    (answer,) = parse_response(lines(cue(confidence=0.6), cue(confidence=0.9)), questions()).values()
    assert [found.confidence for found in answer] == [0.9]


def test_read_answers__a_quote_that_was_not_said_gives_no_span() -> None:
    (answer,) = parse_response(lines(cue(quote="never said")), questions()).values()
    assert answer[0].span is None


def test_read_answers__interpretation_is_redacted_before_it_is_cut() -> None:
    long = f"{'Worries. ' * 32}Call Jennifer on 555-867-5309."
    (answer,) = parse_response(lines(cue(interpretation=long)), questions()).values()
    assert len(answer[0].interpretation) <= 300
    (answer,) = parse_response(
        lines(cue(interpretation="Jennifer\nsays\x00 555-867-5309.")), questions()
    ).values()
    assert answer[0].interpretation == "[name] says [phone]."


def test_answered_cue__survives_being_kept() -> None:
    for span in (None, (3, 9)):
        one = ParsedCue(CueType.GOAL_SETTING, 0.75, "Names a date.", span)
        assert ParsedCue.from_json(json.loads(json.dumps(one.as_json()))) == one


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
def test_read_answers__nothing_a_model_sends_raises(anything: Any) -> None:
    asked = questions()
    for is_cut_off in (False, True):
        for answer in parse_response(json.dumps(anything), asked, is_cut_off=is_cut_off).values():
            assert all(0 <= found.confidence <= 1 for found in answer)
