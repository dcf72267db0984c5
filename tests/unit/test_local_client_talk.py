import json
import math
from importlib.resources import files
from uuid import UUID, uuid4

import pytest

from cue_detector.domain import ContextLine, InputUtterance
from cue_detector.local.client_talk import (
    LABELS,
    MODEL_FILE,
    Model,
    client_lines,
    decide,
    line_probabilities,
    load_model,
    predict_client_talk,
    with_neighbours,
)
from cue_detector.local.client_talk_embeddings import PLACES, blend, load_head, surroundings
from cue_detector.local.embeddings import DIMENSIONS
from cue_detector.local.features import NUMBER_NAMES, ClientLine, extract, tokens

MODEL = load_model()


def _spoken(place: int, role: str, text: str, context: tuple[ContextLine, ...] = ()) -> InputUtterance:
    return InputUtterance(
        utterance_id=UUID(int=place),
        role="coach" if role == "coach" else "client",
        start_seconds=float(place * 10),
        text=text,
        context=context,
        needs_sentiment=True,
    )


def test_model_file__is_small_and_says_its_version() -> None:
    raw = files("cue_detector.local").joinpath(MODEL_FILE).read_bytes()
    assert len(raw) < 1_000_000
    assert json.loads(raw)["version"] == MODEL.version == "client-talk-1"


def test_model_file__fits_the_features() -> None:
    assert len(MODEL.numbers) == len(NUMBER_NAMES) == len(extract(ClientLine("Hi", "", 0.0)).numbers)
    assert sum(MODEL.prior) == pytest.approx(1, abs=0.001)
    assert load_head().places.shape == (2, len(PLACES) * DIMENSIONS)
    assert 0 < load_head().share < 1
    assert load_head().numbers.shape == (2, len(NUMBER_NAMES))


def test_model__tells_a_wish_to_stop_from_a_refusal() -> None:
    wish = line_probabilities(ClientLine("I want to quit, and I'm ready to start this week.", "", 0.8))
    refusal = line_probabilities(ClientLine("It's too hard, I can't stop. It helps me relax.", "", 0.4))
    small_talk = line_probabilities(ClientLine("Hi, nice to meet you.", "Hello!", 0.0))
    assert wish[1] > 0.5
    assert refusal[2] > wish[2]
    assert small_talk[0] > 0.8


@pytest.mark.parametrize(
    "text", ["", "   ", "?", "\U0001f600", "a" * 100_000, "no " * 50_000, "- " * 9000, "\u0130\u0000\u2028"]
)
def test_line_probabilities__add_up_for_any_text(text: str) -> None:
    probabilities = line_probabilities(ClientLine(text, text, 0.5))
    assert sum(probabilities) == pytest.approx(1)
    assert all(0 < p < 1 for p in probabilities)


def test_predict_client_talk__answers_for_client_utterances_in_order() -> None:
    asked = _spoken(0, "coach", "Would you like to quit?")
    answer = _spoken(1, "client", "Yes, I want to quit.", (ContextLine("coach", asked.text),))
    talks = predict_client_talk([asked, answer, _spoken(2, "client", "Thank you.")])
    assert [talk.label for talk in talks] == ["change", "neutral"]
    assert predict_client_talk([asked]) == []
    assert predict_client_talk([]) == []


def test_client_lines__read_the_coach_only_when_the_coach_spoke_last() -> None:
    by_coach = _spoken(1, "client", "Yes.", (ContextLine("client", "a"), ContextLine(" Coach ", "b")))
    by_client = _spoken(2, "client", "Yes.", (ContextLine("coach", "b"), ContextLine("client", "a")))
    assert [line.coach_text for line in client_lines([by_coach, by_client])] == ["b", ""]
    assert [line.position for line in client_lines([by_coach, by_client])] == [0.5, 1.0]


def test_client_lines__are_the_same_whether_or_not_the_coach_is_listed() -> None:
    asked = _spoken(1, "coach", "Would you like to quit?")
    answer = _spoken(2, "client", "Yes.", (ContextLine("coach", asked.text),))
    last = _spoken(4, "client", "I will.", (ContextLine("client", "Yes."),))
    lines = client_lines([answer, last])
    assert client_lines([asked, answer, last, _spoken(8, "coach", "Goodbye.")]) == lines
    assert [line.position for line in lines] == [0.5, 1.0]


def test_with_neighbours__moves_a_line_towards_the_lines_around_it() -> None:
    change, unclear = (0.2, 0.7, 0.1), (0.64, 0.25, 0.11)
    alone = with_neighbours([unclear], MODEL)[0]
    among = with_neighbours([change, unclear, change], MODEL)[1]
    assert alone == pytest.approx(unclear)
    assert among[1] > alone[1]


@pytest.mark.parametrize(("power", "label"), [(0.0, "neutral"), (1.0, "change")])
def test_decide__corrects_the_label_for_rare_classes_but_not_the_probabilities(
    power: float, label: str
) -> None:
    model = Model("test", (0.6, 0.2, 0.2), power, 0, 1, (0, 0), {}, {}, {}, [])
    talk = decide((0.5, 0.4, 0.1), model)
    assert talk == (label, 0.4, 0.1)


def test_blend__takes_the_share_of_the_head() -> None:
    assert blend([0.0, 3.0, 0.0], [0.0, 0.0, 3.0], 1 / 3) == pytest.approx([0.0, 2.0, 1.0])


def test_surroundings__are_the_coach_before_and_after_and_the_clients_last_two() -> None:
    said = [("client", "a"), ("coach", "b"), ("client", "c"), ("client", "d"), ("coach", "e"), ("coach", "f")]
    session: list[InputUtterance] = []
    before: tuple[ContextLine, ...] = ()
    for place, (role, text) in enumerate(said):
        session.append(InputUtterance(uuid4(), role, place, text, before, False))  # type: ignore[arg-type]
        before = (*before[-1:], ContextLine(role, text))
    assert surroundings(session) == [
        ("a", "", "", "", "b"),
        ("c", "b", "a", "", "e"),
        ("d", "", "c", "a", "e"),
    ]


def test_tokens__drop_stutters_fillers_and_stage_notes() -> None:
    assert tokens("i-i, um, don't [laughs] know- know 12?") == ["i", "don't", "know", "12", "?"]


def test_labels__start_with_neutral() -> None:
    assert LABELS[0] == "neutral"
    assert math.isclose(MODEL.prior[0], max(MODEL.prior))
